/** All guests, of which only those in the window have a row. */
import type { Child } from "rx";
import { Select } from "../atoms/Choice";
import { type SortBy, guestTable } from "../stores/guestView";
import { guestLines } from "../stores/session";
import { GuestRow } from "./GuestRow";
import { ResourceTable } from "./ResourceTable";
import { type Column, cpuLines } from "./columns";

const COLUMNS: readonly Column<string, SortBy>[] = [
  { name: "name", title: "Name", by: "name", width: 116, grow: 1, yields: 0 },
  { name: "type", title: "Type", by: "type", width: 34, yields: 5 },
  { name: "id", title: "ID", by: "id", width: 52, yields: 3 },
  { name: "node", title: "Node", by: "node", width: 84, grow: 0.3, yields: 1 },
  { name: "status", title: "Status", by: "status", width: 164, yields: 0 },
  { name: "cpu", title: "CPU", by: "cpu", width: 60, grow: 0.1, yields: 0 },
  { name: "trend", title: cpuLines, width: 84, grow: 0.5, yields: 7 },
  { name: "mem", title: "Memory", by: "mem", width: 142, grow: 0.2, yields: 0 },
  { name: "disk", title: "Disk", by: "disk", width: 142, grow: 0.2, yields: 6 },
  { name: "in", title: "Net in", by: "in", width: 72, yields: 2 },
  { name: "out", title: "Net out", by: "out", width: 72, yields: 2 },
  { name: "uptime", title: "Uptime", by: "uptime", width: 84, yields: 4 },
];

export const guestColumns = () => COLUMNS;

export function GuestTable(): Child {
  return (
    <ResourceTable
      kind="guest"
      label="Guests"
      view={guestTable}
      columns={guestColumns}
      make={() => new GuestRow()}
      lines={guestLines}
    />
  );
}

/** The heads' work for a phone, where there are none. */
export function SortChoice(): Child {
  const { sort, setSort } = guestTable;
  return (
    <Select
      class="sort-choice"
      label="Sort by"
      options={COLUMNS.flatMap(({ title, by }) => by ? [
        [by, [title, " ↑"]] as const,
        [`-${by}`, [title, " ↓"]] as const,
      ] : [])}
      chosen={() => `${sort().descending ? "-" : ""}${sort().by}`}
      choose={(value) => setSort({
        by: value.replace("-", "") as SortBy, descending: value.startsWith("-"),
      })}
    />
  );
}
