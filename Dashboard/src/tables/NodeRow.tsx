/** A node's row. */
import type { Child } from "rx";
import { UNKNOWN, load, total } from "../format/units";
import { countsOn, nodeTable } from "../stores/nodeView";
import { guests, nodeHistory, nodeLines, nodes } from "../stores/session";
import { type AnyView, PolledRow } from "./ResourceRow";
import { FigureCell, TextCell } from "./cells";
import { Measured } from "./parts";

const Blank = (): Child => (
  <div class="node-grid node-row" role="row" data-testid="node">
    <div class="cell-name" role="cell">
      <a class="row-link">
        <bdi data-field="name" />
      </a>
    </div>
    <bdi class="cell-remote" role="cell" data-field="remote" />
    <Measured />
    <div
      class="cell-load measured"
      role="cell"
      data-field="load1"
      title="Load of the last minute"
    />
    <div class="cell-guests" role="cell" data-field="guests" title="Guests that run, of all" />
    <div class="cell-uptime measured" role="cell" data-field="uptime" />
  </div>
);

export class NodeRow extends PolledRow {
  #remote = new TextCell(this.element, "remote");
  #load = new FigureCell(this.element, "load1", load);
  #guests = new TextCell(this.element, "guests");

  constructor() {
    super(Blank(), nodeTable as unknown as AnyView, nodes, nodeHistory, nodeLines);
  }

  protected isUp = (status: unknown): boolean => status === "online";

  protected countOf(slots: readonly number[]): string {
    const online = slots.filter((slot) => nodes.facts("status")[slot] === "online");
    return `${total(online.length)} of ${total(slots.length)} online`;
  }

  override paint(position: number, height: number, isFast: boolean, abreast: number): void {
    guests.topo();
    super.paint(position, height, isFast, abreast);
  }

  protected showOwn(slot: number): void {
    this.#remote.write(nodes.facts("remote")[slot] ?? UNKNOWN);
    this.#load.show(nodes.column("load1")[slot]!);
    const { running, all } = countsOn(slot);
    this.#guests.write(`${running}/${all}`);
  }
}
