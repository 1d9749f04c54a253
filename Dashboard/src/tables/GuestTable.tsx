/** All guests, of which only those in the window have a row. */
import { type Child, effect, memo, onCleanup, root, signal, untrack } from "rx";
import { now } from "../stores/clock";
import { type SortBy, hold, order, setSort, sort, sortBy } from "../stores/guestView";
import { connection, guestHistory, guests, remotes } from "../stores/session";
import { GuestRow } from "./GuestRow";
import { firstPosition, positionOf, slotsNeeded } from "./window";

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
/** Scrolling by more rows in a frame leaves the lines for when it rests. */
const FAST = 8;
const REST = 120;

export function GuestTable(): Child {
  return (
    <div
      class="table guests"
      role="table"
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
  const direction = () => (sort().by !== by ? null : sort().descending ? "descending" : "ascending");
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
  const [height, setHeight] = signal(phone.matches ? ROW_PHONE : ROW);
  const [offset, setOffset] = signal(0);
  const [tall, setTall] = signal(innerHeight);
  const count = () => order().length;
  const slots = memo(() => slotsNeeded({ height: tall(), row: height() }));
  const first = memo(() =>
    firstPosition({ offset: offset(), height: tall(), row: height() }, slots(), count()),
  );
  const rows: { row: GuestRow; dispose: () => void }[] = [];
  let isFast = false;
  let firstBefore = 0;
  let frame = 0;
  let resting = 0;

  const measure = () => {
    frame = 0;
    setHeight(phone.matches ? ROW_PHONE : ROW);
    setTall(innerHeight);
    const top = Math.round(-body.getBoundingClientRect().top);
    isFast = Math.abs(Math.floor(top / height()) - firstBefore) > FAST;
    firstBefore = Math.floor(top / height());
    setOffset(top);
    clearTimeout(resting);
    resting = setTimeout(rest, REST) as unknown as number;
  };
  const later = () => void (frame ||= requestAnimationFrame(measure));
  /** After a scroll: lines that were left out, and the order in which the page is read aloud. */
  const rest = () => {
    isFast = false;
    for (const { row } of rows) row.showLine();
    const inOrder = rows.map(({ row }) => row).sort((a, b) => a.position - b.position);
    const isRight = inOrder.every((row, at) => body.children[at] === row.element);
    if (!isRight) body.append(...inOrder.map((row) => row.element));
  };

  const add = (slot: number) =>
    root((dispose) => {
      const row = new GuestRow();
      effect(() => {
        guests.rev();
        guests.topo();
        guestHistory.rev();
        remotes.topo();
        const position = positionOf(slot, first(), slots(), count());
        const [at, high] = [order()[position] ?? -1, height()];
        untrack(() => row.show(at, position, high, !isFast));
      });
      body.append(row.element);
      return { row, dispose };
    });

  const node = (
    <div
      class="guest-rows"
      role="rowgroup"
      ref={(element) => (body = element)}
      onPointerenter={() => hold(true)}
      onPointerleave={() => hold(false)}
    />
  );
  effect(() => {
    body.style.height = `${count() * height()}px`;
  });
  effect(() => {
    const wanted = slots();
    untrack(() => {
      while (rows.length < wanted) rows.push(add(rows.length));
      for (const { row, dispose } of rows.splice(wanted)) {
        dispose();
        row.element.remove();
      }
    });
  });
  effect(() => {
    now();
    connection.ahead();
    untrack(() => rows.forEach(({ row }) => row.showTimes()));
  });
  // What is above may grow or shrink without a scroll.
  const above = new ResizeObserver(later);
  above.observe(document.body);
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  later();
  onCleanup(() => {
    above.disconnect();
    removeEventListener("scroll", later);
    removeEventListener("resize", later);
    cancelAnimationFrame(frame);
    clearTimeout(resting);
    hold(false);
    for (const { dispose } of rows.splice(0)) dispose();
  });
  return node;
}
