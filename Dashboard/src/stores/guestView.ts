/** How the viewer looks at the guests: which of them, and in what order. */
import { effect, memo, signal, untrack } from "rx";
import { share } from "../format/units";
import type { GuestFacts } from "./fleet";
import { severalRemotes } from "./nodeView";
import { type Searchable, matches, parseQuery } from "./query";
import { guests } from "./session";
import { type Key, Ranks, sortSlots } from "./sorting";

export const SORTS = [
  "name", "type", "id", "node", "status", "cpu", "mem", "disk", "in", "out", "uptime",
] as const;
export type SortBy = (typeof SORTS)[number];
export interface Sort {
  by: SortBy;
  descending: boolean;
}

/** Figures that move all the time; what is sorted by them comes to rest between two sorts. */
const LIVE: ReadonlySet<SortBy> = new Set(["cpu", "mem", "disk", "in", "out"]);
/** Of these the largest is what one looks for. */
const LARGEST_FIRST: ReadonlySet<SortBy> = new Set([...LIVE, "uptime"]);
const REST = 5000;

export const [query, setQuery] = signal("");
export const [sort, setSort] = signal<Sort>({ by: "name", descending: false });

/** Sorts by another column, or the other way round by the same one. */
export function sortBy(by: SortBy): void {
  const before = sort();
  const descending = before.by === by ? !before.descending : LARGEST_FIRST.has(by);
  setSort({ by, descending });
}

/** Where a guest is; with its remote when there are several. */
export function placeOf(slot: number): string {
  const node = guests.fact(slot, "node") ?? "–";
  return severalRemotes() ? `${guests.fact(slot, "remote")}/${node}` : node;
}

export const wordOf = (type: GuestFacts["type"] | null): string =>
  type === "lxc" ? "CT" : type === "qemu" ? "VM" : "–";

const KEYS = new Set(["name", "id", "type", "node", "remote", "status", "tag", "pool", "lock"]);

/** A guest as a filter sees it. */
class Row implements Searchable {
  slot = 0;
  get text(): string {
    return texts()[this.slot]!;
  }
  field(key: string): readonly string[] | null {
    const { slot } = this;
    if (key === "tag") return (guests.facts("tags")[slot] ?? []).map((tag) => tag.toLowerCase());
    if (key === "id") return [String(guests.column("vmid")[slot])];
    if (key === "type") return [wordOf(guests.facts("type")[slot] ?? null).toLowerCase()];
    const word = guests.facts(key as "name" | "node" | "status")[slot];
    return word == null ? null : [word.toLowerCase()];
  }
}

/** Where free words are looked for, by slot. */
const texts = memo(() => {
  const [names, tags] = [guests.facts("name"), guests.facts("tags")];
  const ids = guests.column("vmid");
  const all: string[] = [];
  for (const slot of guests.slots()) {
    const parts = [names[slot] ?? "", ids[slot], placeOf(slot), ...(tags[slot] ?? [])];
    all[slot] = parts.join("\n").toLowerCase();
  }
  return all;
});

const terms = memo(() => parseQuery(query(), KEYS));

const matching = memo(() => {
  const slots = guests.slots();
  const wanted = terms();
  if (wanted.length === 0) return Int32Array.from(slots);
  const row = new Row();
  return Int32Array.from(slots.filter((slot) => ((row.slot = slot), matches(wanted, row))));
});

const names = new Ranks();
const others = new Ranks();

/** A number for each slot that puts a column in order. */
function coldKeys(by: SortBy): Float64Array {
  if (by === "id") return guests.column("vmid");
  if (by === "uptime") return guests.column("boot").map((boot) => -boot);
  const length = guests.facts("id").length;
  const text = (slot: number): string | null =>
    by === "node" ? placeOf(slot) : (guests.facts(by as "name")[slot] ?? null);
  return (by === "name" ? names : others).of(Array.from({ length }, (_, slot) => text(slot)));
}

function liveKey(slot: number, by: SortBy): number {
  if (by === "mem") return share(guests.column("mem")[slot]!, guests.column("memTotal")[slot]!);
  if (by === "disk") return share(guests.column("disk")[slot]!, guests.column("diskTotal")[slot]!);
  return guests.column(by === "in" ? "netIn" : by === "out" ? "netOut" : "cpu")[slot]!;
}

const [round, setRound] = signal(0);
let sortedAt = 0;

/** The figures of the last sort: what happens in between moves nothing. */
const kept = {
  by: "", round: -1, ids: [] as unknown[], first: [] as number[], mem: [] as number[],
};

function keepLive(by: SortBy): void {
  const isNew = kept.by !== by || kept.round !== round();
  if (isNew) sortedAt = Date.now();
  Object.assign(kept, { by, round: round() });
  const ids = guests.facts("id");
  for (const slot of guests.slots()) {
    if (!isNew && kept.ids[slot] === ids[slot]) continue;
    kept.ids[slot] = ids[slot];
    kept.first[slot] = liveKey(slot, by);
    kept.mem[slot] = liveKey(slot, "mem");
  }
}

function keys({ by, descending }: Sort): Key[] {
  const name = { values: coldKeys("name"), descending: false };
  const last = [name, { values: guests.column("vmid"), descending: false }];
  if (!LIVE.has(by)) return [{ values: coldKeys(by), descending }, ...last];
  keepLive(by);
  const memory = { values: Float64Array.from(kept.mem), descending: true };
  return [{ values: Float64Array.from(kept.first), descending }, memory, ...last];
}

/** The slots to show, in their order. */
export const order = memo(() => sortSlots(matching().slice(), keys(sort())));

/** Whether the viewer is at the rows, which then must not move. */
let isHeld = false;

function settle(): void {
  if (isHeld || !LIVE.has(sort().by) || Date.now() - sortedAt < REST) return;
  sortedAt = Date.now();
  setRound(round() + 1);
}

export function hold(held: boolean): void {
  isHeld = held;
  untrack(settle);
}

/** Keeps the order of live figures up to date. */
export function startSorting(): void {
  effect(() => {
    guests.rev();
    untrack(settle);
  });
}
