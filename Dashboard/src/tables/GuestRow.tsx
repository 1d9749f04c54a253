/** One slot of the guests' table: it shows whichever guest its position has now. */
import { type Child, untrack } from "rx";
import { StatusBadge, markOf } from "../atoms/StatusBadge";
import { LIMITS } from "../format/levels";
import { UNKNOWN, ago, duration, percent, rate } from "../format/units";
import { hrefOf } from "../stores/opened";
import { order, placeOf, wordOf } from "../stores/guestView";
import { ageOf, figuresAge, guestHistory, guests, remotes } from "../stores/session";
import { BarCell, FigureCell, LineCell, TextCell, setData } from "./cells";
import { Bar, Line, StaleAge } from "./parts";
import type { VirtualRow } from "./virtualRows";

const Blank = (): Child => (
  <div class="guest-grid guest-row" role="row" data-testid="guest">
    <div class="cell-name" role="cell">
      <a class="row-link">
        <bdi data-field="name" />
      </a>
      <span class="marks" data-field="marks" hidden />
    </div>
    <div class="cell-where">
      <div class="cell-type" role="cell" data-field="type" />{" "}
      <div class="cell-id" role="cell" data-field="vmid" />{" "}
      <bdi class="cell-node" role="cell" data-field="node" />
    </div>
    <div class="cell-status" role="cell">
      <StatusBadge />
      <StaleAge />
    </div>
    <div class="cell-cpu measured" role="cell">
      <Bar field="cpu" />
    </div>
    <div class="cell-trend measured" role="cell">
      <Line />
    </div>
    <div class="cell-mem measured" role="cell">
      <Bar field="mem" />
    </div>
    <div class="cell-disk measured" role="cell">
      <Bar field="disk" />
    </div>
    <div class="cell-in measured" role="cell" data-field="netIn" />
    <div class="cell-out measured" role="cell" data-field="netOut" />
    <div class="cell-uptime measured" role="cell" data-field="uptime" />
  </div>
);

export class GuestRow implements VirtualRow {
  readonly element = Blank() as HTMLElement;
  position = -1;
  #slot = -1;
  #id: unknown = null;
  #name = new TextCell(this.element, "name");
  #link = this.element.querySelector<HTMLAnchorElement>(".row-link")!;
  #marks = this.element.querySelector<HTMLElement>(".marks")!;
  #marksShown = "";
  #type = new TextCell(this.element, "type");
  #vmid = new FigureCell(this.element, "vmid", String);
  #node = new TextCell(this.element, "node");
  #badge = this.element.querySelector<HTMLElement>(".badge")!;
  #status = new TextCell(this.element, "status");
  #age = new TextCell(this.element, "age");
  #cpu = new BarCell(this.element, "cpu", LIMITS.cpu, percent);
  #line = new LineCell(this.element);
  #mem = new BarCell(this.element, "mem", LIMITS.memory);
  #disk = new BarCell(this.element, "disk", LIMITS.disk);
  #in = new FigureCell(this.element, "netIn", rate);
  #out = new FigureCell(this.element, "netOut", rate);
  #uptime = new TextCell(this.element, "uptime");

  paint(position: number, height: number, isFast: boolean): void {
    guests.rev();
    guests.topo();
    guestHistory.rev();
    remotes.topo();
    const slot = order()[position] ?? -1;
    untrack(() => this.#show(slot, slot < 0 ? -1 : position, height, isFast));
  }

  #show(slot: number, position: number, height: number, isFast: boolean): void {
    if (this.element.hidden !== slot < 0) this.element.hidden = slot < 0;
    this.position = position;
    this.#slot = slot;
    if (slot < 0) return;
    const top = `translateY(${position * height}px)`;
    if (this.element.style.transform !== top) this.element.style.transform = top;
    const index = String(position + 2);
    if (this.element.ariaRowIndex !== index) this.element.ariaRowIndex = index;
    this.#showFacts(slot);
    this.#showFigures(slot);
    this.showTimes();
    const id = guests.facts("id")[slot];
    // A line that is left out must not be another guest's.
    if (!isFast) this.complete();
    else if (this.#id !== id) this.#line.show(new Float32Array(0));
    this.#id = id;
  }

  /** What changes by itself, by the second. */
  showTimes(): void {
    const slot = this.#slot;
    if (slot < 0) return;
    const boot = guests.column("boot")[slot]!;
    const isKnown = guests.facts("status")[slot] !== "unknown";
    this.#uptime.write(isKnown ? duration(ageOf(boot)) : UNKNOWN);
    const isStale = guests.facts("stale")[slot] === true;
    const sampled = guests.column("sampled")[slot]!;
    const age = isStale ? figuresAge(guests.facts("remote")[slot] ?? null, sampled) : NaN;
    if (isStale) this.#age.write(ago(age));
    const hidden = !isStale || Number.isNaN(age);
    if (this.#age.element.hidden !== hidden) this.#age.element.hidden = hidden;
  }

  complete(): void {
    if (this.#slot >= 0) this.#line.show(guestHistory.series(this.#slot, "cpu"));
  }

  #showFacts(slot: number): void {
    const id = guests.facts("id")[slot] ?? "";
    if (this.element.dataset["id"] !== id) this.#link.href = hrefOf(id);
    const status = guests.facts("status")[slot] ?? "unknown";
    setData(this.element, "id", id);
    setData(this.element, "status", status);
    setData(this.element, "stale", guests.facts("stale")[slot] ? "" : null);
    setData(this.#badge, "mark", markOf(status));
    this.#name.write(guests.facts("name")[slot] ?? UNKNOWN);
    this.#type.write(wordOf(guests.facts("type")[slot] ?? null));
    this.#node.write(placeOf(slot));
    this.#status.write(status);
    this.#showMarks(slot);
  }

  /** Whether it is a template, what locks it, and its tags. */
  #showMarks(slot: number): void {
    const marks: [kind: string, text: string][] = [];
    if (guests.facts("template")[slot]) marks.push(["template", "template"]);
    const lock = guests.facts("lock")[slot];
    if (lock) marks.push(["lock", lock]);
    for (const tag of guests.facts("tags")[slot] ?? []) marks.push(["tag", tag]);
    const text = marks.map((mark) => mark.join(":")).join(" ");
    if (text === this.#marksShown) return;
    this.#marksShown = text;
    this.#marks.hidden = marks.length === 0;
    const bits = marks.map(([kind, word]) => (
      <bdi class="mark" data-kind={kind}>
        {word}
      </bdi>
    ));
    this.#marks.replaceChildren(...bits.flatMap((bit) => [" ", bit as Node]));
  }

  #showFigures(slot: number): void {
    const of = (name: Parameters<typeof guests.column>[0]): number => guests.column(name)[slot]!;
    this.#vmid.show(of("vmid"));
    this.#cpu.show(of("cpu"), 100);
    this.#mem.show(of("mem"), of("memTotal"));
    this.#disk.show(of("disk"), of("diskTotal"));
    this.#in.show(of("netIn"));
    this.#out.show(of("netOut"));
  }
}
