/** A table of thousands of rows with a head that sorts, as many columns as fit, and groups. */
import { type Child, type Get, For, effect, memo, onCleanup, signal, untrack } from "rx";
import { now } from "../stores/clock";
import { ROW_HEIGHTS, density } from "../stores/density";
import { isPhone } from "../stores/phone";
import { connection } from "../stores/session";
import type { TableView } from "../stores/tableView";
import type { ResourceRow } from "./ResourceRow";
import { type Column, fitting, isChoice, templateOf } from "./columns";
import { RowFocus, openClickedRow } from "./rowFocus";
import { virtualRows } from "./virtualRows";

interface Props<By extends string, Group extends string> {
  kind: "node" | "guest" | "host";
  label: string;
  view: TableView<By, Group>;
  columns: Get<readonly Column<string, By>[]>;
  make: () => ResourceRow;
  /** Whether its rows are cards, side by side as far as there is room. */
  isCards?: Get<boolean>;
  /** What fills the past of the lines that are shown. */
  lines: { look(shown: () => Iterable<number>): void };
  /** By how much a row is higher than one line, but on a phone. */
  below?: number;
}

/** The height of a row of two lines, as the style sheet has it. */
const ROW_PHONE = 68;
/** Cards: their height, as the style sheet has it, and the least that they are wide. */
const CARD_HEIGHT = 132;
const CARD_WIDTH = 340;
/** How far a line is kept from the edges of the window when it is scrolled to. */
const REVEALED_AT = 0.4;

export function ResourceTable<By extends string, Group extends string>(
  props: Props<By, Group>,
): Child {
  let table!: HTMLElement;
  const { view } = props;
  const [room, setRoom] = signal(innerWidth);
  const shown = memo(() => {
    const chosen = view.columns();
    const wanted = props.columns().filter(
      (column) => column.yields === 0 ||
        (isChoice(column) && (!chosen || chosen.includes(column.name))),
    );
    return fitting(wanted, room());
  });
  const without = () => {
    if (isPhone()) return null;
    const names = new Set(shown().map(({ name }) => name));
    return props.columns().filter(({ name }) => !names.has(name)).map(({ name }) => name).join(" ");
  };
  const node = (
    <div
      class={`table ${props.kind}s`}
      role="table"
      aria-label={props.label}
      aria-rowcount={() => view.lines().length + 1}
      data-without={without}
      data-cards={() => (props.isCards?.() ? "" : null)}
      onClick={openClickedRow}
      ref={(element) => (table = element)}
    >
      <div role="rowgroup" class={`${props.kind}s-head sticky-head`}>
        <div class={`${props.kind}-grid table-head`} role="row" aria-rowindex="1">
          <For each={shown} by={({ name }) => name}>
            {(column) => <HeadCell column={column()} view={view} />}
          </For>
        </div>
      </div>
      <Rows {...props} room={room} />
    </div>
  );
  effect(() => table.style.setProperty("--columns", templateOf(shown())));
  const resized = new ResizeObserver(() => setRoom(table.clientWidth || innerWidth));
  resized.observe(table);
  onCleanup(() => resized.disconnect());
  return node;
}

function HeadCell<By extends string, Group extends string>(
  { column: { name, title, by }, view }: {
    column: Column<string, By>;
    view: TableView<By, Group>;
  },
): Child {
  if (!by) return <span class={`cell-${name}`} role="columnheader">{title}</span>;
  const direction = () =>
    view.sort().by !== by ? null : view.sort().descending ? "descending" : "ascending";
  return (
    <span class={`cell-${name}`} role="columnheader" aria-sort={direction}>
      <button type="button" class="sort" onClick={() => view.sortBy(by)}>
        {title}
      </button>
    </span>
  );
}

function Rows<By extends string, Group extends string>(
  { kind, label, view, make, lines, below = 0, isCards = () => false, room }:
    Props<By, Group> & { room: Get<number> },
): Child {
  let body!: HTMLElement;
  const node = (
    <div
      class={`${kind}-rows rows`}
      role="rowgroup"
      aria-label={`${label}: rows`}
      ref={(element) => (body = element)}
      onPointerenter={() => view.hold("pointer", true)}
      onPointerleave={() => view.hold("pointer", false)}
    />
  );
  const height = memo(() => {
    if (isCards()) return CARD_HEIGHT;
    return isPhone() ? ROW_PHONE : ROW_HEIGHTS[density()] + below;
  });
  // A few share the room of all.
  const abreast = memo(() => {
    const fitting = isCards() ? Math.floor(room() / CARD_WIDTH) : 1;
    return Math.max(1, Math.min(fitting, view.lines().length));
  });
  effect(() => body.style.setProperty("--abreast", String(abreast())));
  const aside = (): Record<string, number> =>
    isCards() ? { ArrowRight: 1, ArrowLeft: -1, ArrowDown: abreast(), ArrowUp: -abreast() } : {};
  const focus = new RowFocus({
    body,
    count: () => view.lines().length,
    keyAt: (position) => view.keyAt(position),
    positionOf: (key) => view.positionOf(key),
    targetOf: (key) => rows.find((row) => row.key === key)?.target ?? null,
    step: (key) => untrack(aside)[key],
    reveal(position) {
      const line = Math.floor(position / untrack(abreast));
      const top = body.getBoundingClientRect().top + scrollY + line * untrack(height);
      scrollTo(0, top - innerHeight * REVEALED_AT);
    },
    onFocus: (has) => view.hold("focus", has),
    onFold: (key, folded) => {
      const head = view.heads()[-1 - view.lines()[view.positionOf(key)]!];
      if (head) view.fold(head.name, folded);
    },
  });
  const rows = virtualRows({
    body,
    count: () => view.lines().length,
    height,
    abreast,
    make,
    painted: () => focus.painted(),
  }) as readonly ResourceRow[];
  lines.look(() => rows.map(({ slot }) => slot).filter((slot) => slot >= 0));
  effect(() => {
    now();
    connection.ahead();
    untrack(() => rows.forEach((row) => row.showTimes()));
  });
  onCleanup(() => {
    view.hold("pointer", false);
    view.hold("focus", false);
  });
  return node;
}
