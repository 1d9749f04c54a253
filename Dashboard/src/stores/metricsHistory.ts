/**
 * The last ticks of each metric: a ring of 60 ticks, each one array with a sample for every
 * slot, filled as ticks arrive; what was before that is put in from the server's own history. A
 * tick of 5,000 guests is one sweep over 5,000 bytes.
 */
import { type Get, signal } from "rx";
import { SAMPLES } from "../format/line";

const SLOTS_MIN = 16;
/** A sample may come after the next one by so many ticks; what is later has another clock. */
const LATE_TICKS_MAX = 4;

type Samples =
  | Float32Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** How samples are kept. */
interface Scale {
  /** What stands for an unknown sample. */
  readonly unknown: number;
  make(length: number): Samples;
  pack(value: number): number;
  unpack(kept: number): number;
}

/** As they are: four bytes a sample. */
export const EXACT: Scale = {
  unknown: NaN,
  make: (length) => new Float32Array(length),
  pack: (value) => value,
  unpack: (kept) => kept,
};

/** Percent in steps of 0.4: a byte a sample, as fine as a line of 20 px can show. */
export const PERCENT: Scale = {
  unknown: 255,
  make: (length) => new Uint8Array(length),
  pack: (value) =>
    Number.isNaN(value) ? 255 : Math.round(Math.min(100, Math.max(0, value)) * 2.5),
  unpack: (kept) => (kept === 255 ? NaN : kept / 2.5),
};

/**
 * Rates by their logarithm, in two bytes: steps of 0.05 % from 1 B/s up to 2^47 B/s (65,534 steps
 * of 1/1,394 of a power of two), finer than any line can show.
 */
const STEPS_PER_OCTAVE = 1394;
const RATE_UNKNOWN = 65_535;
export const RATE: Scale = {
  unknown: RATE_UNKNOWN,
  make: (length) => new Uint16Array(length),
  pack(value) {
    if (Number.isNaN(value)) return RATE_UNKNOWN;
    const steps = Math.round(Math.log2(1 + Math.max(0, value)) * STEPS_PER_OCTAVE);
    return Math.min(RATE_UNKNOWN - 1, steps);
  },
  unpack: (kept) => (kept === RATE_UNKNOWN ? NaN : 2 ** (kept / STEPS_PER_OCTAVE) - 1),
};

export class MetricsHistory<Metric extends string> {
  /** Moves with every published sample. */
  readonly rev: Get<number>;
  /** Told when there is a hole that the server may know how to fill. */
  onHole: () => void = () => {};
  #setRev: (rev: number) => void;
  #rings = new Map<Metric, Samples[]>();
  #tick = -1;
  #interval = NaN;
  #slots = SLOTS_MIN;

  constructor(
    metrics: readonly Metric[],
    readonly scale: Scale = EXACT,
  ) {
    [this.rev, this.#setRev] = signal(0);
    for (const metric of metrics) {
      this.#rings.set(metric, Array.from({ length: SAMPLES }, () => this.#blank()));
    }
  }

  /**
   * Samples `slots` for the tick of `ts`. The ticks since the last sample repeat it if the server
   * was heard since `heardSince`: then the stream was silent because nothing had changed. Else
   * they are holes.
   */
  record(
    ts: number,
    interval: number,
    heardSince: number,
    slots: readonly number[],
    value: (slot: number, metric: Metric) => number,
  ): void {
    // Ticks of another length have other numbers.
    if (interval !== this.#interval) this.#tick = -1;
    this.#interval = interval;
    const tick = Math.round(ts / interval);
    const late = this.#tick - tick;
    if (late <= 0 || late > LATE_TICKS_MAX) this.#advance(tick, Math.round(heardSince / interval));
    let highest = -1;
    for (const slot of slots) if (slot > highest) highest = slot;
    if (highest >= this.#slots) this.#grow(highest + 1);
    for (const [metric, ring] of this.#rings) {
      const samples = ring[tick % SAMPLES]!.fill(this.scale.unknown);
      for (const slot of slots) samples[slot] = this.scale.pack(value(slot, metric));
    }
  }

  /** Goes on to `tick`, and fills the ticks that were passed over. */
  #advance(tick: number, heardSince: number): void {
    const before = this.#tick;
    const passed = before < 0 || tick < before ? SAMPLES : Math.min(SAMPLES, tick - before);
    const repeats = before >= heardSince && passed < SAMPLES;
    for (const ring of this.#rings.values()) {
      const last = ring[before % SAMPLES];
      for (let back = passed - 1; back > 0; back--) {
        const skipped = ring[(tick - back) % SAMPLES]!;
        if (repeats && last) skipped.set(last);
        else skipped.fill(this.scale.unknown);
      }
    }
    this.#tick = tick;
    if (passed > 1 && !repeats) this.onHole();
  }

  /**
   * Puts what the server remembers of a slot to where nothing is known, each sample at its time:
   * the last is that of `end`, each is `step` after the one before and holds until the next.
   */
  fill(
    slot: number, metric: Metric, end: number, step: number, samples: readonly (number | null)[],
  ): void {
    const ring = this.#rings.get(metric);
    if (!ring || this.#tick < 0 || slot >= this.#slots) return;
    const last = samples.length - 1;
    for (let back = 0; back < SAMPLES; back++) {
      const tick = this.#tick - back;
      const at = last + Math.floor((tick * this.#interval - end) / step);
      // The next sample may be on its way.
      const value = samples[at === last + 1 ? last : at] ?? NaN;
      const kept = ring[tick % SAMPLES]!;
      const isKnown = !Object.is(kept[slot], this.scale.unknown);
      if (!isKnown && !Number.isNaN(value)) kept[slot] = this.scale.pack(value);
    }
  }

  /** When the sample at a place of a series was taken, by the server's clock. */
  timeOf(at: number): number {
    return (this.#tick - (SAMPLES - 1 - at)) * this.#interval;
  }

  /** Lets the page draw what `record` has added since. */
  publish(): void {
    this.#setRev(this.rev() + 1);
  }

  /** Forgets what a slot held, for its next resource. */
  clear(slot: number): void {
    if (slot >= this.#slots) return;
    for (const ring of this.#rings.values()) {
      for (const samples of ring) samples[slot] = this.scale.unknown;
    }
  }

  /** The samples of a slot, oldest first; NaN where nothing is known. Watched. */
  series(slot: number, metric: Metric, into = new Float32Array(SAMPLES)): Float32Array {
    this.rev();
    const ring = this.#rings.get(metric);
    if (!ring || this.#tick < 0 || slot >= this.#slots) return into.fill(NaN);
    for (let at = 0; at < SAMPLES; at++) {
      into[at] = this.scale.unpack(ring[(this.#tick + 1 + at) % SAMPLES]![slot]!);
    }
    return into;
  }

  #blank = (): Samples => this.scale.make(this.#slots).fill(this.scale.unknown);

  #grow(needed: number): void {
    this.#slots = Math.max(needed, this.#slots * 2);
    for (const ring of this.#rings.values()) {
      ring.forEach((samples, at) => {
        const larger = this.#blank();
        larger.set(samples);
        ring[at] = larger;
      });
    }
  }
}
