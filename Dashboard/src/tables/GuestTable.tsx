/** All guests, of which only those in the window have a row. */
import { type Child, effect, onCleanup, untrack } from "rx";
import { now } from "../stores/clock";
import { type SortBy, hold, order, setSort, sort, sortBy } from "../stores/guestView";
import { connection } from "../stores/session";
import { GuestRow } from "./GuestRow";
import { openClickedRow } from "./rowFocus";
import { virtualRows } from "./virtualRows";

const COLUMNS: readonly (readonly [name: string, title: string, by?: SortBy])[] = [
  ["name", "Name", "name"],
  ["type", "Type", "type"],
  ["id", "ID", "id"],
  ["node", "Node", "node"],
  ["status", "Status", "status"],
  ["cpu", "CPU", "cpu"],
  ["trend", "CPU, 2 min"],
  ["mem", "Memory", "mem"],
  ["disk", "Disk", "disk"],
  ["in", "Net in", "in"],
  ["out", "Net out", "out"],
  ["uptime", "Uptime", "uptime"],
];

/** The heights of a row, as app.css has them. */
const ROW = 32;
const ROW_PHONE = 68;
const phone = matchMedia("(max-width: 767px)");

export function GuestTable(): Child {
  return (
    <div
      class="table guests"
      role="table"
      onClick={openClickedRow}
      aria-label="Guests"
      aria-rowcount={() => order().length + 1}
    >
      <div role="rowgroup" class="guests-head">
        <div class="guest-grid table-head" role="row" aria-rowindex="1">
          {COLUMNS.map((column) => (
            <HeadCell column={column} />
          ))}
        </div>
      </div>
      <Rows />
    </div>
  );
}

function HeadCell({ column: [name, title, by] }: { column: (typeof COLUMNS)[number] }): Child {
  if (!by) return <span class={`cell-${name}`} role="columnheader">{title}</span>;
  const direction = () =>
    sort().by !== by ? null : sort().descending ? "descending" : "ascending";
  return (
    <span class={`cell-${name}`} role="columnheader" aria-sort={direction}>
      <button type="button" class="sort" onClick={() => sortBy(by)}>
        {title}
      </button>
    </span>
  );
}

/** The same for a phone, where there is no head. */
export function SortChoice(): Child {
  const choose = (event: Event) => {
    const value = (event.currentTarget as HTMLSelectElement).value;
    setSort({ by: value.replace("-", "") as SortBy, descending: value.startsWith("-") });
  };
  const of = (by: SortBy, descending: boolean) => `${descending ? "-" : ""}${by}`;
  let select!: HTMLSelectElement;
  const node = (
    <select class="sort-choice" aria-label="Sort by" onChange={choose} ref={(it) => (select = it)}>
      {COLUMNS.flatMap(([, title, by]) => by ? [
        <option value={of(by, false)}>{`${title} ↑`}</option>,
        <option value={of(by, true)}>{`${title} ↓`}</option>,
      ] : [])}
    </select>
  );
  effect(() => {
    select.value = of(sort().by, sort().descending);
  });
  return node;
}

function Rows(): Child {
  let body!: HTMLElement;
  const node = (
    <div
      class="guest-rows"
      role="rowgroup"
      ref={(element) => (body = element)}
      onPointerenter={() => hold(true)}
      onPointerleave={() => hold(false)}
    />
  );
  const rows = virtualRows({
    body,
    count: () => order().length,
    height: () => (phone.matches ? ROW_PHONE : ROW),
    make: () => new GuestRow(),
  }) as readonly GuestRow[];
  effect(() => {
    now();
    connection.ahead();
    untrack(() => rows.forEach((row) => row.showTimes()));
  });
  onCleanup(() => hold(false));
  return node;
}
