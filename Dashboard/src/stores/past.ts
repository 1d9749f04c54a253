/**
 * How far back the charts of a resource go. Two minutes are the ticks that the page keeps itself;
 * what is longer ago the server remembers, and is asked again whenever it has a new sample.
 */
import { type Get, effect, memo, onCleanup, signal, untrack } from "rx";
import { age } from "../format/units";
import type { HistoryAnswer, HistoryMetric, Range } from "./messages";
import { connection, lineSpan } from "./session";

/** The spans that the server keeps in steps: how many samples, and how often there is a new one. */
const KEPT = {
  "15m": { samples: 90, step: 10_000 },
  "24h": { samples: 288, step: 300_000 },
} as const;
export const SPANS = ["2m", "15m", "24h"] as const satisfies Range[];
export const FIRST_SPAN: Range = "15m";

const [span, setSpan] = signal<Range>(FIRST_SPAN);
export { setSpan, span };

/** How long a span is, in words. */
export const titleOf = (of: Range): string =>
  of === "2m" ? lineSpan() : age(KEPT[of].samples * KEPT[of].step);

/** A new sample of a day is a while ago when it comes: asked for this often at most. */
const ASK_EVERY_MAX = 60_000;

/** The ticks that the page keeps. */
interface Ring<Metric extends string> {
  series(slot: number, metric: Metric): Float32Array;
  timeOf(at: number): number;
}

/** Samples at their places: the last is that of `end`. */
export function placed(samples: readonly (number | null)[], count: number): Float32Array {
  const series = new Float32Array(count).fill(NaN);
  const known = samples.slice(-count);
  known.forEach((value, at) => (series[count - known.length + at] = value ?? NaN));
  return series;
}

/** One resource's past, until the running scope ends. */
export class Past {
  readonly #id: Get<string>;
  readonly #answer: Get<{ range: Range; answer: HistoryAnswer } | null>;
  readonly #series: Get<ReadonlyMap<string, Float32Array>>;

  constructor(id: Get<string>, metrics: readonly HistoryMetric[]) {
    const [answer, setAnswer] = signal<{ range: Range; answer: HistoryAnswer } | null>(null);
    this.#id = id;
    this.#answer = answer;
    this.#series = memo(() => {
      const all = new Map<string, Float32Array>();
      const range = span();
      const of = this.#of(range);
      if (range === "2m" || !of) return all;
      for (const metric of metrics) {
        all.set(metric, placed(of[metric] ?? [], KEPT[range].samples));
      }
      return all;
    });
    effect(() => {
      const [range, resource] = [span(), id()];
      connection.greetings();
      if (range === "2m") return;
      const ask = () => untrack(() => connection.ask(
        { resources: [resource], metrics, range }, (answer) => setAnswer({ range, answer }),
      ));
      ask();
      const every = Math.min(ASK_EVERY_MAX, KEPT[range].step);
      const timer = setInterval(() => document.hidden || ask(), every);
      onCleanup(() => clearInterval(timer));
    });
  }

  #of(range: Range) {
    const answer = this.#answer();
    const of = answer?.answer.resources[0];
    // An answer to what was asked before the resource or the span changed is late.
    return answer?.range === range && of?.id === this.#id() ? of : null;
  }

  /** When the newest sample was taken, by the server's clock; NaN where the page has its own. */
  newest(): number {
    return span() === "2m" ? NaN : (this.#of(span())?.end ?? NaN);
  }

  /** Lines over the chosen span: `ring` has the shortest. */
  over<Metric extends HistoryMetric>(ring: Ring<Metric>): Ring<Metric> {
    return {
      series: (slot, metric) => span() === "2m"
        ? ring.series(slot, metric)
        : (this.#series().get(metric) ?? NOTHING),
      timeOf: (at) => {
        const range = span();
        if (range === "2m") return ring.timeOf(at);
        const { samples, step } = KEPT[range];
        return this.newest() - (samples - 1 - at) * step;
      },
    };
  }
}

const NOTHING = placed([], 1);
