/** All hosts: a row each, or on a phone a card each, with the details below it on demand. */
import { type Child, For } from "rx";
import { inOrder } from "../stores/hostView";
import { HostRow } from "./HostRow";
import { openClickedRow } from "./rowFocus";

const COLUMNS = [
  ["host", "Host"],
  ["status", "Status"],
  ["cpu", "CPU"],
  ["trend", "CPU, 2 min"],
  ["memory", "Memory"],
  ["disk", "Disk"],
  ["temp", "Temp"],
  ["net", "Network"],
  ["io", "Disk I/O"],
  ["uptime", "Uptime"],
  ["seen", "Updated"],
] as const;

export function HostTable(): Child {
  return (
    <div
      class="table hosts"
      role="table"
      aria-label="Hosts"
      aria-rowcount={() => inOrder().length + 1}
      onClick={openClickedRow}
    >
      <div role="rowgroup">
        <div class="host-grid table-head" role="row">
          {COLUMNS.map(([name, title]) => (
            <span class={`cell-${name}`} role="columnheader">
              {title}
            </span>
          ))}
        </div>
      </div>
      <For each={inOrder} by={(slot) => slot}>
        {(slot) => <HostRow slot={slot()} />}
      </For>
    </div>
  );
}
