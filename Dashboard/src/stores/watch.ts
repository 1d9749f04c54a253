/**
 * Remembers what holds and since when, as far as this page has seen. A figure that has passed its
 * limit must fall five points below it before it counts as well again, and must stay above it for
 * five seconds before it is told, so that the page doesn't flicker at a limit. What holds at the
 * first look is told at once: nobody knows how long it has held already.
 */
import type { Limits } from "../format/levels";
import { criticalOf } from "../format/levels";

export type Severity = "warn" | "crit";

const CLEAR_BELOW = 5;
const PENDING = 5000;

/** Whether a figure may be anything but well, whatever it was before: to be asked of thousands. */
export const isNear = (value: number, { warn }: Limits): boolean => value > warn - CLEAR_BELOW;

interface Entry {
  since: number;
  /** Whether it held already when the page first looked. */
  isOlder: boolean;
  severity: Severity;
}

export class Watch {
  #now = NaN;
  #isFirst = true;
  #before = new Map<string, Entry>();
  #entries = new Map<string, Entry>();
  #isPending = false;

  /** Whether time alone would make a later look tell more. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** Begins a look at `now`; what isn't confirmed before the next has ended. */
  look(now: number): void {
    if (!Number.isNaN(this.#now)) this.#isFirst = false;
    this.#now = now;
    this.#before = this.#entries;
    this.#entries = new Map();
    this.#isPending = false;
  }

  /** Says that a condition holds, which somebody else has judged: it is told at once. */
  holds(key: string, severity: Severity): Entry {
    const before = this.#before.get(key);
    const entry = { since: this.#now, isOlder: this.#isFirst, ...before, severity };
    this.#entries.set(key, entry);
    return entry;
  }

  /** The same for a figure with a limit; null while it is well, or above for a moment only. */
  exceeds(key: string, value: number, limits: Limits): Entry | null {
    const before = this.#before.get(key)?.severity;
    const critical = criticalOf(limits) - (before === "crit" ? CLEAR_BELOW : 0);
    const warning = limits.warn - (before ? CLEAR_BELOW : 0);
    // At the very limit it is still well while it falls, and not any more while it rises.
    const reaches = (limit: number, was: boolean) => (was ? value > limit : value >= limit);
    if (!reaches(warning, before !== undefined)) return null;
    const entry = this.holds(key, reaches(critical, before === "crit") ? "crit" : "warn");
    if (entry.isOlder || this.#now - entry.since >= PENDING) return entry;
    this.#isPending = true;
    return null;
  }
}
