/** A guest's row. */
import type { Child } from "rx";
import { rate, total } from "../format/units";
import { guestTable, placeOf, wordOf } from "../stores/guestView";
import { guestHistory, guestLines, guests } from "../stores/session";
import { type AnyView, PolledRow } from "./ResourceRow";
import { FigureCell, TextCell } from "./cells";
import { Measured } from "./parts";

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
    <Measured />
    <div class="cell-in measured" role="cell" data-field="netIn" />
    <div class="cell-out measured" role="cell" data-field="netOut" />
    <div class="cell-uptime measured" role="cell" data-field="uptime" />
  </div>
);

export class GuestRow extends PolledRow {
  #marks = this.element.querySelector<HTMLElement>(".marks")!;
  #marksShown = "";
  #type = new TextCell(this.element, "type");
  #vmid = new FigureCell(this.element, "vmid", String);
  #node = new TextCell(this.element, "node");
  #in = new FigureCell(this.element, "netIn", rate);
  #out = new FigureCell(this.element, "netOut", rate);

  constructor() {
    super(Blank(), guestTable as unknown as AnyView, guests, guestHistory, guestLines);
  }

  protected isUp = (status: unknown): boolean => status !== "unknown";

  protected countOf(slots: readonly number[]): string {
    const able = slots.filter((slot) => !guests.facts("template")[slot]);
    const runs = able.filter((slot) => guests.facts("status")[slot] === "running");
    return `${total(runs.length)} of ${total(able.length)} running`;
  }

  protected showOwn(slot: number): void {
    this.#type.write(wordOf(guests.facts("type")[slot] ?? null));
    this.#node.write(placeOf(slot));
    this.#vmid.show(guests.column("vmid")[slot]!);
    this.#in.show(guests.column("netIn")[slot]!);
    this.#out.show(guests.column("netOut")[slot]!);
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
}
