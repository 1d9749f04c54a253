/** All hosts, of which only those in the window have a row; on a phone two lines each. */
import { type Child, Show } from "rx";
import { type HostSort, alone, hostTable } from "../stores/hostView";
import { hostLines } from "../stores/session";
import { HostDetails } from "./HostDetails";
import { HostRow } from "./HostRow";
import { ResourceTable } from "./ResourceTable";
import { type Column, cpuLines } from "./columns";

const COLUMNS: readonly Column<string, HostSort>[] = [
  { name: "name", title: "Host", by: "name", width: 88, grow: 1.3, yields: 0 },
  { name: "status", title: "Status", by: "status", width: 72, yields: 0 },
  { name: "cpu", title: "CPU", by: "cpu", width: 122, grow: 0.8, yields: 0 },
  { name: "trend", title: cpuLines, width: 84, grow: 1, yields: 5 },
  { name: "mem", title: "Memory", by: "mem", width: 136, grow: 1, yields: 0 },
  { name: "disk", title: "Disk", by: "disk", width: 136, grow: 1, yields: 1 },
  { name: "temp", title: "Temp", by: "temp", width: 52, yields: 3 },
  { name: "net", title: "Network", by: "net", width: 98, yields: 2 },
  { name: "io", title: "Disk I/O", by: "io", width: 112, yields: 6 },
  { name: "uptime", title: "Uptime", by: "uptime", width: 84, yields: 4 },
  { name: "seen", title: "Updated", by: "seen", width: 80, yields: 0 },
];

export const hostColumns = () => COLUMNS;

/** With the details of a machine on its own. */
export function HostTable(): Child {
  return (
    <>
      <ResourceTable
        kind="host"
        label="Hosts"
        view={hostTable}
        columns={hostColumns}
        make={() => new HostRow()}
        lines={hostLines}
        below={SECOND_LINE}
      />
      <Show when={() => alone() >= 0}>
        {() => (
          <div class="lone" data-testid="lone">
            <HostDetails slot={alone()} />
          </div>
        )}
      </Show>
    </>
  );
}

/** The height of what stands below the bars of a row, as the style sheet has it. */
const SECOND_LINE = 28;
