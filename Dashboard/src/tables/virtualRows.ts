/** The rows of a long table that scrolls with the page: only those near the window exist. */
import { type Get, effect, memo, onCleanup, root, signal, untrack } from "rx";
import { firstPosition, positionOf, slotsNeeded } from "./window";

/** One slot, which shows whatever its position has. */
export interface VirtualRow {
  readonly element: HTMLElement;
  /** Which row of the table it shows; -1 while it is not needed. */
  readonly position: number;
  /** Reads what it shows, watched. While `isFast` it leaves out what is costly. */
  paint(position: number, height: number, isFast: boolean, abreast: number): void;
  /** Makes up for what was left out. */
  complete(): void;
}

interface Rows {
  body: HTMLElement;
  count: Get<number>;
  /** The height of a row in pixels. */
  height: Get<number>;
  /** How many rows stand side by side. */
  abreast: Get<number>;
  make: () => VirtualRow;
  /** Told whenever rows were written. */
  painted: () => void;
}

/** Scrolling by more rows than this in a frame is fast. */
const FAST = 8;
/** After so many milliseconds without a scroll the page is at rest. */
const REST = 120;

/** Fills `body`, until the running scope is disposed; the result is the rows that exist. */
export function virtualRows(
  { body, count, height, abreast, make, painted }: Rows,
): readonly VirtualRow[] {
  const [window, setWindow] = signal({ offset: 0, height: innerHeight });
  const view = memo(() => ({ ...window(), row: height() }));
  const lines = memo(() => Math.ceil(count() / abreast()));
  const slots = memo(() => slotsNeeded(view()) * abreast());
  const first = memo(
    () => firstPosition(view(), slots() / abreast(), lines()) * abreast(),
  );
  const rows: VirtualRow[] = [];
  const ends: (() => void)[] = [];
  let isFast = false;

  const add = (slot: number) =>
    root((dispose) => {
      const row = make();
      effect(() => {
        const position = positionOf(slot, first(), slots(), count());
        row.paint(position, height(), isFast, abreast());
        painted();
      });
      rows.push(row);
      ends.push(dispose);
      body.append(row.element);
    });
  effect(() => {
    const wanted = slots();
    untrack(() => {
      while (rows.length < wanted) add(rows.length);
      for (const end of ends.splice(wanted)) end();
      for (const { element } of rows.splice(wanted)) element.remove();
    });
  });
  effect(() => {
    body.style.height = `${lines() * height()}px`;
  });
  watchWindow(
    () => {
      // A kiosk is zoomed; rows are counted in their own pixels.
      const zoom = body.currentCSSZoom ?? 1;
      const offset = Math.round(-body.getBoundingClientRect().top / zoom);
      isFast = Math.abs(offset - window().offset) > FAST * height();
      setWindow({ offset, height: innerHeight / zoom });
    },
    () => {
      isFast = false;
      for (const row of rows) row.complete();
      putInOrder(body, rows);
      painted();
    },
  );
  onCleanup(() => ends.forEach((end) => end()));
  return rows;
}

/** Calls `moved` at most once a frame when rows may have moved, and `rested` when they rest. */
function watchWindow(moved: () => void, rested: () => void): void {
  let frame = 0;
  let timer = 0;
  const later = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      moved();
      clearTimeout(timer);
      timer = setTimeout(rested, REST) as unknown as number;
    });
  };
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
    clearTimeout(timer);
  });
}

/** The order in which the page is read aloud is that of the document. */
function putInOrder(body: HTMLElement, rows: readonly VirtualRow[]): void {
  const place = ({ position }: VirtualRow) => (position < 0 ? Infinity : position);
  const inOrder = rows.toSorted((a, b) => place(a) - place(b) || 0);
  const isRight = inOrder.every((row, at) => body.children[at] === row.element);
  if (isRight) return;
  // What has the focus would lose it if it were moved: the others are put around it.
  const focused = inOrder.findIndex(({ element }) => element.contains(document.activeElement));
  if (focused < 0) body.append(...inOrder.map((row) => row.element));
  inOrder.forEach(({ element }, at) => {
    if (at < focused) inOrder[focused]!.element.before(element);
    else if (at > focused && focused >= 0) body.append(element);
  });
}
