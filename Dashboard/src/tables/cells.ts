/**
 * Cells of rows that are painted rather than bound: each keeps what it shows and touches the
 * document only when that differs. A row of them has one effect, whatever the number of its cells.
 */
import { type Limits, levelOf } from "../format/levels";
import { lineOf, runsOf } from "../format/line";
import { share, shareAndUsage } from "../format/units";

const find = (row: Element, field: string): HTMLElement =>
  row.querySelector<HTMLElement>(`[data-field="${field}"]`)!;

/** Text. */
export class TextCell {
  readonly element: HTMLElement;
  readonly #node = document.createTextNode("");
  #shown = "";

  constructor(row: Element, field: string) {
    this.element = find(row, field);
    this.element.replaceChildren(this.#node);
  }

  write(text: string): void {
    if (text !== this.#shown) this.#node.data = this.#shown = text;
  }
}

/** A figure, formatted only when it has moved. */
export class FigureCell extends TextCell {
  #value: number | undefined;

  constructor(
    row: Element,
    field: string,
    readonly format: (value: number) => string,
  ) {
    super(row, field);
  }

  show(value: number): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.write(this.format(value));
  }
}

/** A part of a whole as a bar with its text. */
export class BarCell extends TextCell {
  readonly #bar: HTMLElement;
  #part: number | undefined;
  #whole: number | undefined;

  constructor(
    row: Element,
    field: string,
    readonly limits: Limits,
    readonly format: (part: number, whole: number) => string = shareAndUsage,
  ) {
    super(row, field);
    this.#bar = this.element.parentElement!;
  }

  show(part: number, whole: number): void {
    if (Object.is(part, this.#part) && Object.is(whole, this.#whole)) return;
    this.#part = part;
    this.#whole = whole;
    const percent = share(part, whole);
    this.write(this.format(part, whole));
    const filled = Math.min(1, Math.max(0, percent / 100 || 0));
    this.#bar.style.setProperty("--share", filled.toFixed(3));
    setData(this.#bar, "level", levelOf(percent, this.limits));
  }
}

/** A line of the last ticks of percentages. */
export class LineCell {
  readonly #path: SVGPathElement;
  #samples = new Float32Array(0);

  constructor(row: Element) {
    this.#path = row.querySelector<SVGPathElement>(".spark-line")!;
  }

  show(series: Float32Array): void {
    const before = this.#samples;
    const isSame = series.length === before.length &&
      series.every((sample, at) => Object.is(sample, before[at]));
    if (isSame) return;
    this.#samples = series.slice();
    this.#path.setAttribute("d", lineOf(runsOf(series, 100)));
  }
}

/** Sets a `data-` attribute if it reads differently; null takes it away. */
export function setData(element: HTMLElement, name: string, value: string | null): void {
  if (value === (element.dataset[name] ?? null)) return;
  if (value === null) delete element.dataset[name];
  else element.dataset[name] = value;
}
