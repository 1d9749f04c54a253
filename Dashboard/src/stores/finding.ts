/** Which of many things somebody means who types a few letters of a name. */

/** Things of one kind. */
export interface Searched {
  /** The slots in use. */
  slots: readonly number[];
  /** In lower case by slot: the name, a line break, and whatever else it is known by. */
  texts: readonly (string | undefined)[];
}

export interface Hit {
  /** Which kind, by its place among all. */
  kind: number;
  slot: number;
}

export interface Hits {
  /** The best ones first. */
  best: readonly Hit[];
  /** How many there are in all. */
  count: number;
}

interface Ranked extends Hit {
  rank: number;
  name: string;
}

const nameIn = (text: string): string => {
  const end = text.indexOf("\n");
  return end < 0 ? text : text.slice(0, end);
};

/** How well a text answers: 0 is the name itself; NaN does not answer at all. */
function rankOf(text: string, wanted: string, words: readonly string[]): number {
  if (!words.every((word) => text.includes(word))) return NaN;
  if (!text.startsWith(wanted)) return nameIn(text).includes(wanted) ? 2 : 3;
  return text.length === wanted.length || text[wanted.length] === "\n" ? 0 : 1;
}

/** Of two equally good names the shorter one has less in it that was not asked for. */
function isBefore(a: Ranked, b: Ranked): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank;
  if (a.kind !== b.kind) return a.kind < b.kind;
  if (a.name.length !== b.name.length) return a.name.length < b.name.length;
  return a.name < b.name;
}

/**
 * The `limit` best answers. Only so many are ever kept in order: to sort all of 20,000 at each
 * letter would be felt.
 */
export function bestOf(kinds: readonly Searched[], typed: string, limit: number): Hits {
  const wanted = typed.trim().toLowerCase();
  const words = wanted.split(/\s+/).filter(Boolean);
  if (words.length === 0) return { best: [], count: 0 };
  const best: Ranked[] = [];
  let count = 0;
  kinds.forEach(({ slots, texts }, kind) => {
    for (const slot of slots) {
      const text = texts[slot] ?? "";
      const rank = rankOf(text, wanted, words);
      if (Number.isNaN(rank)) continue;
      count++;
      const worst = best[limit - 1];
      if (worst && rank > worst.rank) continue;
      const hit = { kind, slot, rank, name: nameIn(text) };
      if (worst && !isBefore(hit, worst)) continue;
      const place = best.findIndex((other) => isBefore(hit, other));
      best.splice(place < 0 ? best.length : place, 0, hit);
      if (best.length > limit) best.pop();
    }
  });
  return { best: best.map(({ kind, slot }) => ({ kind, slot })), count };
}
