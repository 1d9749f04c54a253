/** One slot of a table of resources: it shows whatever line its position has now. */
import { type Child, untrack } from "rx";
import { markOf } from "../atoms/StatusBadge";
import { LIMITS } from "../format/levels";
import { UNKNOWN, ago, duration, percent } from "../format/units";
import { hrefOf } from "../stores/opened";
import { ageOf, figuresAge, remoteNamed, remotes } from "../stores/session";
import type { TableView } from "../stores/tableView";
import { BarCell, LineCell, TextCell, setData } from "./cells";
import { GroupCell } from "./parts";
import type { VirtualRow } from "./virtualRows";

/** What all resources that have rows have in common. */
interface Resources {
  rev: () => number;
  topo: () => number;
  facts(name: "id" | "name" | "status"): readonly unknown[];
  column(name: "boot" | "cpu" | "mem" | "memTotal" | "disk" | "diskTotal"): Float64Array;
}
/** What nodes and guests have, which are polled. */
interface Polled extends Resources {
  facts(name: "id" | "name" | "status" | "remote" | "stale"): readonly unknown[];
  column(
    name: "boot" | "cpu" | "mem" | "memTotal" | "disk" | "diskTotal" | "sampled",
  ): Float64Array;
}
interface History {
  rev: () => number;
  series(slot: number, metric: "cpu"): Float32Array;
}
/** What fills the lines' past. */
interface Lines {
  drawn(slot: number): void;
}
export type AnyView = Pick<
  TableView<string, string>, "lines" | "heads" | "keyAt" | "fold" | "isFolded"
>;

export abstract class ResourceRow implements VirtualRow {
  readonly element: HTMLElement;
  position = -1;
  /** What its line is, among all lines. */
  key: string | null = null;
  /** What it shows; -1 for nothing, or the head of a group. */
  slot = -1;
  readonly #link: HTMLAnchorElement;
  readonly #toggle: HTMLButtonElement;
  readonly #groupName: TextCell;
  readonly #groupCount: TextCell;
  readonly #name: TextCell;
  readonly #badge: HTMLElement;
  readonly #status: TextCell;
  readonly #age: TextCell;
  readonly #uptime: TextCell;
  readonly #cpu: BarCell;
  readonly #mem: BarCell;
  readonly #disk: BarCell;
  readonly #line: LineCell;
  #lineOf: unknown = null;
  #place = "";

  constructor(
    blank: Child,
    readonly view: AnyView,
    readonly resources: Resources,
    readonly history: History,
    readonly lines: Lines,
  ) {
    const row = (this.element = blank as HTMLElement);
    row.append(GroupCell() as HTMLElement);
    const find = <E extends HTMLElement>(selector: string) => row.querySelector<E>(selector)!;
    this.#link = find(".row-link");
    this.#toggle = find(".group-toggle");
    this.#link.tabIndex = this.#toggle.tabIndex = -1;
    this.#toggle.addEventListener("click", () => {
      const head = this.view.heads()[-1 - this.view.lines()[this.position]!];
      if (head) this.view.fold(head.name);
    });
    const ageInWords = () => untrack(() => (this.slot < 0 ? "" : this.ageInWords(this.slot)));
    row.addEventListener("pointerenter", () => (row.title = ageInWords()));
    this.#link.addEventListener("focus", () => (this.#link.ariaDescription = ageInWords()));
    const text = (field: string) => new TextCell(row, field);
    this.#groupName = text("group");
    this.#groupCount = text("group-count");
    this.#name = text("name");
    this.#badge = find(".badge");
    this.#status = text("status");
    this.#age = text("age");
    this.#uptime = text("uptime");
    this.#cpu = new BarCell(row, "cpu", LIMITS.cpu, percent);
    this.#mem = new BarCell(row, "mem", LIMITS.memory);
    this.#disk = new BarCell(row, "disk", LIMITS.disk);
    this.#line = new LineCell(row);
  }

  /** Writes what only this kind has. */
  protected abstract showOwn(slot: number): void;
  /** Whether the figure of its uptime means anything. */
  protected abstract isUp(status: unknown): boolean;
  /** "12 of 14 running": what the head of a group counts. */
  protected abstract countOf(slots: readonly number[]): string;
  /** Whether its figures are from earlier. */
  protected abstract isStale(slot: number): boolean;
  /** How old what is stale is, in milliseconds. */
  protected abstract staleAge(slot: number): number;
  /** How old the figures are and whence they come, for who points at them or goes to them. */
  protected abstract ageInWords(slot: number): string;

  /** What takes the focus. */
  get target(): HTMLElement {
    return this.slot < 0 ? this.#toggle : this.#link;
  }

  paint(position: number, height: number, isFast: boolean, abreast: number): void {
    this.resources.rev();
    this.resources.topo();
    this.history.rev();
    this.view.heads();
    const lines = this.view.lines();
    const isShown = position >= 0 && position < lines.length;
    untrack(() => {
      if (this.element.hidden !== !isShown) this.element.hidden = !isShown;
      this.position = isShown ? position : -1;
      this.slot = isShown ? Math.max(-1, lines[position]!) : -1;
      this.key = isShown ? this.view.keyAt(position) : null;
      if (isShown) this.#show(lines[position]!, height, isFast, abreast);
    });
  }

  #show(line: number, height: number, isFast: boolean, abreast: number): void {
    const [top, left] = [Math.floor(this.position / abreast) * height, this.position % abreast];
    const place = `translate(${left * 100}%, ${top}px)`;
    if (this.#place !== place) this.element.style.transform = this.#place = place;
    if ((this.element.dataset["key"] ?? null) !== this.key) {
      // What was said on pointing at it was of another one.
      this.element.removeAttribute("title");
      this.#link.ariaDescription = null;
    }
    const index = String(this.position + 2);
    if (this.element.ariaRowIndex !== index) this.element.ariaRowIndex = index;
    setData(this.element, "key", this.key);
    setData(this.element, "group", line < 0 ? "" : null);
    if (line < 0) this.#showHead(-1 - line);
    else this.#showResource(line, isFast);
  }

  #showHead(at: number): void {
    const { name, slots } = this.view.heads()[at]!;
    for (const stale of ["id", "status", "stale"]) setData(this.element, stale, null);
    this.#groupName.write(name ?? "none");
    this.#groupCount.write(this.countOf(slots));
    const expanded = String(!this.view.isFolded(name));
    if (this.#toggle.ariaExpanded !== expanded) this.#toggle.ariaExpanded = expanded;
  }

  #showResource(slot: number, isFast: boolean): void {
    const { resources } = this;
    const fact = (name: Parameters<Resources["facts"]>[0]) => resources.facts(name)[slot] ?? null;
    const of = (name: Parameters<Resources["column"]>[0]) => resources.column(name)[slot]!;
    const id = String(fact("id"));
    const status = String(fact("status") ?? "unknown");
    if (this.element.dataset["id"] !== id) this.#link.href = hrefOf(id);
    setData(this.element, "id", id);
    setData(this.element, "status", status);
    setData(this.element, "stale", this.isStale(slot) ? "" : null);
    setData(this.#badge, "mark", markOf(status));
    this.#name.write(String(fact("name") ?? UNKNOWN));
    this.#status.write(status);
    this.#cpu.show(of("cpu"), 100);
    this.#mem.show(of("mem"), of("memTotal"));
    this.#disk.show(of("disk"), of("diskTotal"));
    this.showOwn(slot);
    this.showTimes();
    // A line that is left out must not be another one's.
    if (!isFast) this.complete();
    else if (this.#lineOf !== id) this.#line.show(new Float32Array(0));
    this.#lineOf = id;
  }

  complete(): void {
    if (this.slot < 0) return;
    this.lines.drawn(this.slot);
    this.#line.show(this.history.series(this.slot, "cpu"));
  }

  /** What changes by itself, by the second. */
  showTimes(): void {
    const { slot, resources } = this;
    if (slot < 0) return;
    const isUp = this.isUp(resources.facts("status")[slot]);
    this.#uptime.write(isUp ? duration(ageOf(resources.column("boot")[slot]!)) : UNKNOWN);
    const isStale = this.isStale(slot);
    const age = isStale ? this.staleAge(slot) : NaN;
    if (isStale) this.#age.write(ago(age));
    const hidden = !isStale || Number.isNaN(age);
    if (this.#age.element.hidden !== hidden) this.#age.element.hidden = hidden;
  }
}

/** A row of what is polled from a remote. */
export abstract class PolledRow extends ResourceRow {
  constructor(blank: Child, view: AnyView, readonly polled: Polled, history: History, lines: Lines) {
    super(blank, view, polled, history, lines);
  }

  override paint(position: number, height: number, isFast: boolean, abreast: number): void {
    remotes.topo();
    super.paint(position, height, isFast, abreast);
  }

  protected isStale = (slot: number): boolean => this.polled.facts("stale")[slot] === true;

  protected staleAge = (slot: number): number =>
    figuresAge(this.#remote(slot), this.polled.column("sampled")[slot]!);

  protected ageInWords(slot: number): string {
    const remote = this.#remote(slot);
    const seen = remotes.column("seen")[remoteNamed(remote)] ?? NaN;
    const sampled = this.polled.column("sampled")[slot]!;
    return `Sampled ${ago(ageOf(sampled))}, read ${ago(ageOf(seen))} from ${remote}`;
  }

  #remote = (slot: number) => (this.polled.facts("remote")[slot] ?? null) as string | null;
}
