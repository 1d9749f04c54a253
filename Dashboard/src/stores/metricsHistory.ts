/** The last two minutes of each metric: rings of samples, one per tick, filled as ticks arrive. */
import { type Get, signal } from "rx";

export const SAMPLES = 60;

/**
 * An unchanged stream is silent for at most this many ticks. Over a longer silence nothing is
 * known, and the line has a hole.
 */
const SILENT_TICKS_MAX = 4;

export class MetricsHistory<Metric extends string> {
  /** Moves with every published sample. */
  readonly rev: Get<number>;
  #setRev: (rev: number) => void;
  #rings = new Map<Metric, Float32Array<ArrayBuffer>>();
  #tick = -1;
  #slots = 0;

  constructor(metrics: readonly Metric[]) {
    [this.rev, this.#setRev] = signal(0);
    for (const metric of metrics) this.#rings.set(metric, new Float32Array());
  }

  /** Samples `slots` for the tick of `ts`; ticks since the last sample repeat it or are holes. */
  record(
    ts: number,
    interval: number,
    slots: readonly number[],
    value: (slot: number, metric: Metric) => number,
  ): void {
    const tick = Math.round(ts / interval);
    const passed = this.#tick < 0 || tick < this.#tick ? SAMPLES : tick - this.#tick;
    const silent = passed <= SILENT_TICKS_MAX;
    this.#grow(slots);
    for (const [metric, ring] of this.#rings) {
      for (let start = 0; start < ring.length; start += SAMPLES) {
        const last = silent ? ring[start + (this.#tick % SAMPLES)]! : NaN;
        for (let back = Math.min(passed, SAMPLES) - 1; back > 0; back--) {
          ring[start + ((tick - back) % SAMPLES)] = last;
        }
        if (passed > 0) ring[start + (tick % SAMPLES)] = NaN;
      }
      for (const slot of slots) ring[slot * SAMPLES + (tick % SAMPLES)] = value(slot, metric);
    }
    this.#tick = tick;
  }

  /** Lets the page draw what `record` has added since. */
  publish(): void {
    this.#setRev(this.rev() + 1);
  }

  /** Forgets what a slot held, for its next resource. */
  clear(slot: number): void {
    for (const ring of this.#rings.values()) {
      ring.fill(NaN, slot * SAMPLES, (slot + 1) * SAMPLES);
    }
  }

  /** The samples of a slot, oldest first; NaN where nothing is known. */
  series(slot: number, metric: Metric): Float32Array {
    this.rev();
    const series = new Float32Array(SAMPLES).fill(NaN);
    const ring = this.#rings.get(metric);
    if (!ring || this.#tick < 0 || (slot + 1) * SAMPLES > ring.length) return series;
    for (let back = 0; back < SAMPLES; back++) {
      const at = (this.#tick - back + SAMPLES) % SAMPLES;
      series[SAMPLES - 1 - back] = ring[slot * SAMPLES + at]!;
    }
    return series;
  }

  #grow(slots: readonly number[]): void {
    const needed = Math.max(-1, ...slots) + 1;
    if (needed <= this.#slots) return;
    this.#slots = Math.max(needed, this.#slots * 2);
    for (const [metric, ring] of this.#rings) {
      const larger = new Float32Array(this.#slots * SAMPLES).fill(NaN);
      larger.set(ring);
      this.#rings.set(metric, larger);
    }
  }
}
