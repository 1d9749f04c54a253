/**
 * The focus in a table of rows: one stop for the Tab key, then arrows (or j and k) from row to row.
 * It stays with its resource when rows move, and when the row has left the window it waits at the
 * body of the table until an arrow brings it back.
 */
import { onCleanup } from "rx";
import { open, takesClick } from "../stores/opened";

export interface Lines {
  /** What holds the rows, and takes the focus for those that are not there. */
  body: HTMLElement;
  count: () => number;
  keyAt: (position: number) => string | null;
  /** -1 for what the table doesn't show. */
  positionOf: (key: string) => number;
  /** What takes the focus for a line, if it has a row now. */
  targetOf: (key: string) => HTMLElement | null;
  /** By how many lines an arrow moves where lines stand side by side, too. */
  step?: (key: string) => number | undefined;
  /** Scrolls to a line that has no row. */
  reveal?: (position: number) => void;
  /** Told when the focus comes and goes. */
  onFocus?: (has: boolean) => void;
  /** A group is to be folded or unfolded. */
  onFold?: (key: string, folded: boolean) => void;
}

/** How many rows a page key moves by. */
const PAGE = 10;
/** What is above this is behind the header of the page and the head of the table. */
const COVERED = 88;
const all = new Set<RowFocus>();

export class RowFocus {
  #active: string | null = null;
  /** The line that is to have the focus once it has a row. */
  #awaited = false;
  #isDue = false;
  /** What the Tab key comes to. The body would be scrolled to, for it is taller than the window. */
  readonly #stop = document.createElement("span");

  constructor(readonly lines: Lines) {
    const { body } = lines;
    body.tabIndex = -1;
    this.#stop.tabIndex = 0;
    this.#stop.className = "row-stop";
    this.#stop.role = "none";
    this.#stop.addEventListener("focus", () => this.move(0));
    // Once the body has its place.
    queueMicrotask(() => body.before(this.#stop));
    body.addEventListener("focusin", (event) => this.#enter(event));
    body.addEventListener("focusout", (event) => this.#leave(event));
    body.addEventListener("keydown", (event) => this.#press(event));
    all.add(this);
    onCleanup(() => this.#end());
  }

  get hasFocus(): boolean {
    return this.lines.body.contains(document.activeElement);
  }

  /** Puts the focus on a line; false when the table doesn't show it. */
  focus(key: string): boolean {
    const position = this.lines.positionOf(key);
    if (position < 0) return false;
    this.#to(position);
    return true;
  }

  /** Moves by so many lines, or to where the focus was last. */
  move(by: number): void {
    const before = this.#active === null ? -1 : this.lines.positionOf(this.#active);
    if (before < 0) this.#to(this.#firstInView());
    else this.#to(this.hasFocus ? before + by : before);
  }

  /** Rows may show other lines now: called after they were written. */
  painted(): void {
    if (this.#isDue || !(this.#awaited || this.hasFocus)) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#settle();
    });
  }

  #to(wanted: number): void {
    const position = Math.max(0, Math.min(this.lines.count() - 1, wanted));
    this.#active = this.lines.keyAt(position);
    const target = this.#active === null ? null : this.lines.targetOf(this.#active);
    if (!target) {
      this.#awaited = this.#active !== null;
      this.#park();
      this.lines.reveal?.(position);
      return;
    }
    this.#take(target);
    target.closest("[data-key]")?.scrollIntoView({ block: "nearest" });
  }

  #take(target: HTMLElement): void {
    this.#awaited = false;
    if (target !== document.activeElement) target.focus({ preventScroll: true });
  }

  #park(): void {
    this.lines.body.focus({ preventScroll: true });
  }

  #settle(): void {
    if (this.#active === null || !(this.#awaited || this.hasFocus)) return;
    const target = this.lines.targetOf(this.#active);
    if (target) this.#take(target);
    else if (document.activeElement !== this.lines.body) this.#park();
  }

  /** The table goes, for another look as a rule: then the focus goes to the choice of that. */
  #end(): void {
    all.delete(this);
    this.#stop.remove();
    const section = this.hasFocus ? this.lines.body.closest("section") : null;
    queueMicrotask(() => {
      const choice = section?.querySelector<HTMLElement>(".looks [aria-pressed=true]");
      choice?.focus({ preventScroll: true });
    });
  }

  #firstInView(): number {
    const rows = [...this.lines.body.querySelectorAll<HTMLElement>("[data-key]")]
      .map((row) => ({ row, top: row.getBoundingClientRect().top }))
      .filter(({ row, top }) => !row.hidden && top >= COVERED && top < innerHeight)
      .sort((a, b) => a.top - b.top);
    const key = rows[0]?.row.dataset["key"];
    return key === undefined ? 0 : this.lines.positionOf(key);
  }

  #enter({ target }: FocusEvent): void {
    this.#stop.tabIndex = -1;
    this.lines.onFocus?.(true);
    if (target === this.lines.body) return;
    this.#active = (target as Element).closest<HTMLElement>("[data-key]")?.dataset["key"] ?? null;
  }

  #leave({ relatedTarget }: FocusEvent): void {
    if (this.lines.body.contains(relatedTarget as Node | null)) return;
    this.#stop.tabIndex = 0;
    this.lines.onFocus?.(false);
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ends: Record<string, number> = { Home: 0, End: this.lines.count() - 1 };
    const steps: Record<string, number> = {
      ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE,
    };
    const isGroup = this.#active?.startsWith("group:") ?? false;
    const end = ends[event.key];
    const by = (isGroup ? undefined : this.lines.step?.(event.key)) ?? steps[event.key];
    if (end !== undefined) this.#to(end);
    else if (by !== undefined) this.move(by);
    else if (isGroup && /^Arrow(Left|Right)$/.test(event.key)) {
      this.lines.onFold?.(this.#active!, event.key === "ArrowLeft");
    } else return;
    event.preventDefault();
  }
}

/** Puts the focus on the row of a resource, if a table of the page shows it. */
export function focusRow(key: string): boolean {
  return [...all].some((table) => table.focus(key));
}

/** Moves the focus by rows, in the table that has it or else in the first one that is in view. */
export function moveFocus(by: number): void {
  const tables = [...all].sort((a, b) =>
    a.lines.body.compareDocumentPosition(b.lines.body) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
  );
  const inView = tables.find(({ lines }) => {
    const { top, bottom } = lines.body.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  (tables.find((table) => table.hasFocus) ?? inView)?.move(by);
}

/** Opens the row that was clicked, wherever in it; text may still be selected and copied. */
export function openClickedRow(event: MouseEvent): void {
  const target = event.target as Element;
  const row = target.closest<HTMLElement>("[data-id]");
  if (!row || target.closest("button, .details") || !takesClick(event)) return;
  // The key Enter clicks too, and what is selected has nothing to do with it.
  const isSelecting = event.detail > 0 && getSelection()?.isCollapsed === false;
  if (!isSelecting) open(row.dataset["id"]!);
}
