/** Orders rows by numbers that were read beforehand: comparing is all that a sort does then. */

const collator = new Intl.Collator(undefined, { numeric: true });

/** Text as people sort it: "web-2" before "web-10". */
export const compareText = collator.compare;

/**
 * The place of each text among all of them, equal texts sharing one; NaN for what is missing.
 * Comparing texts is slow, so it is done once, and again only when a text has changed.
 */
export class Ranks {
  #texts: readonly (string | null)[] = [];
  #ranks = new Float64Array(0);

  /** The rank of each text, by its index. */
  of(texts: readonly (string | null)[]): Float64Array {
    const same = texts.length === this.#texts.length &&
      texts.every((text, index) => text === this.#texts[index]);
    if (same) return this.#ranks;
    this.#texts = texts;
    const places = new Map<string, number>();
    const sorted = [...new Set(texts)].filter((text) => text !== null).sort(collator.compare);
    for (const text of sorted) places.set(text, places.size);
    this.#ranks = Float64Array.from(texts, (text) => (text === null ? NaN : places.get(text)!));
    return this.#ranks;
  }
}

/** One level of an order: a number for each slot. */
export interface Key {
  values: Float64Array;
  descending: boolean;
}

/** Sorts slots in place by the first key that tells two apart. What is unknown comes last. */
export function sortSlots(slots: Int32Array, keys: readonly Key[]): Int32Array {
  return slots.sort((a, b) => {
    for (const { values, descending } of keys) {
      const [left, right] = [values[a]!, values[b]!];
      if (left === right) continue;
      const leftUnknown = left !== left;
      if (leftUnknown || right !== right) {
        if (leftUnknown && right !== right) continue;
        return leftUnknown ? 1 : -1;
      }
      return left < right === descending ? 1 : -1;
    }
    return a - b;
  });
}
