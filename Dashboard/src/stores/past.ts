/**
 * How far back the charts of a resource go. Two minutes are the ticks that the page keeps itself;
 * what is longer ago the server remembers, and is asked again whenever it has a new sample.
 */
import { type Get, effect, memo, onCleanup, signal, untrack } from "rx";
import { age } from "../format/units";
import type { HistoryAnswer, HistoryMetric, Range } from "./messages";
import { seen } from "./seen";
import { connection, lineSpan } from "./session";

/** The spans that the server remembers, in milliseconds; in what steps, its answer tells. */
const LENGTHS = { "15m": 900_000, "24h": 86_400_000 } as const;
export const SPANS = ["2m", "15m", "24h"] as const satisfies Range[];
export const FIRST_SPAN: Range = "15m";

const [span, setSpan] = signal<Range>(FIRST_SPAN);
export { setSpan, span };

/** How long a span is, in words. */
export const titleOf = (of: Range): string =>
  of === "2m" ? lineSpan() : age(LENGTHS[of]);

/** A new sample of a day is a while ago when it comes: asked for this rarely at most. */
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
      const count = LENGTHS[range] / this.#step();
      for (const metric of metrics) all.set(metric, placed(of[metric] ?? [], count));
      return all;
    });
    effect(() => {
      const [range, resource] = [span(), id()];
      connection.greetings();
      if (range === "2m" || !seen()) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const askIn = (milliseconds: number) => {
        clearTimeout(timer);
        timer = setTimeout(ask, Math.min(ASK_EVERY_MAX, milliseconds));
      };
      const ask = () => {
        askIn(ASK_EVERY_MAX);
        untrack(() => connection.ask({ resources: [resource], metrics, range }, (answer) => {
          setAnswer({ range, answer });
          if (!isOver) askIn(answer.step);
        }));
      };
      let isOver = false;
      ask();
      onCleanup(() => {
        isOver = true;
        clearTimeout(timer);
      });
    });
  }

  #of(range: Range) {
    const answer = this.#answer();
    const of = answer?.answer.resources[0];
    // An answer to what was asked before the resource or the span changed is late.
    return answer?.range === range && of?.id === this.#id() ? of : null;
  }

  /** Milliseconds between two samples. */
  #step = (): number => this.#answer()?.answer.step ?? NaN;

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
        const step = this.#step();
        return this.newest() - (LENGTHS[range] / step - 1 - at) * step;
      },
    };
  }
}

const NOTHING = placed([], 1);
