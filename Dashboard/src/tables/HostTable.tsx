/** All hosts: a row each, or on a phone a card each, with the details below it on demand. */
import { type Child, For } from "rx";
import { inOrder } from "../stores/hostView";
import { hostLines, hosts } from "../stores/session";
import { HostRow } from "./HostRow";
import { cpuLines } from "./columns";
import { RowFocus, openClickedRow } from "./rowFocus";

const COLUMNS = [
  ["host", "Host"],
  ["status", "Status"],
  ["cpu", "CPU"],
  ["trend", cpuLines],
  ["memory", "Memory"],
  ["disk", "Disk"],
  ["temp", "Temp"],
  ["net", "Network"],
  ["io", "Disk I/O"],
  ["uptime", "Uptime"],
  ["seen", "Updated"],
] as const;

export function HostTable(): Child {
  let body!: HTMLElement;
  const node = (
    <div
      class="table"
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
      <div class="rows" ref={(element) => (body = element)}>
        <For each={inOrder} by={(slot) => slot}>
          {(slot) => <HostRow slot={slot()} />}
        </For>
      </div>
    </div>
  );
  hostLines.look(inOrder);
  const idAt = (position: number) => hosts.facts("id")[inOrder()[position] ?? -1] ?? null;
  new RowFocus({
    body,
    count: () => inOrder().length,
    keyAt: idAt,
    positionOf: (key) => inOrder().findIndex((_, position) => idAt(position) === key),
    targetOf: (key) => body.querySelector(`[data-key="${CSS.escape(key)}"] .row-link`),
  });
  return node;
}
