/** How the viewer looks at the guests: which of them, and in what order. */
import { memo, signal, untrack } from "rx";
import { share } from "../format/units";
import type { GuestFacts, GuestFigure } from "./fleet";
import { severalRemotes } from "./nodeView";
import type { Quantity } from "./quantity";
import {
  type Fields, type Searchable, type Term, hintFor, matches, parseQuery,
} from "./query";
import { ageOf, guests } from "./session";
import { Ranks } from "./sorting";
import { TableView } from "./tableView";

const SORTS = [
  "name", "type", "id", "node", "status", "cpu", "mem", "disk", "in", "out", "uptime",
] as const;
export type SortBy = (typeof SORTS)[number];

/** What guests can be grouped by. */
const GROUPS = ["node", "remote", "status", "type", "pool", "tag"] as const;
type GroupBy = (typeof GROUPS)[number];

/** Figures that move all the time; what is sorted by them comes to rest between two sorts. */
const LIVE: ReadonlySet<SortBy> = new Set(["cpu", "mem", "disk", "in", "out"]);

export const [query, setQuery] = signal("");

/** Where a guest is; with its remote when there are several. */
export function placeOf(slot: number): string {
  const node = guests.fact(slot, "node") ?? "–";
  return severalRemotes() ? `${guests.fact(slot, "remote")}/${node}` : node;
}

export const wordOf = (type: GuestFacts["type"] | null): string =>
  type === "lxc" ? "CT" : type === "qemu" ? "VM" : "–";

const FIELDS: Fields = {
  keys: new Set([
    "name", "id", "type", "node", "remote", "cluster", "status", "tag", "pool", "lock",
  ]),
  figures: new Map([
    ["cpu", "percent"], ["mem", "percent"], ["disk", "percent"], ["in", "bytes"],
    ["out", "bytes"], ["net", "bytes"], ["read", "bytes"], ["write", "bytes"], ["io", "bytes"],
    ["uptime", "time"],
  ]),
};

/** The rates that a name of the filter adds up. */
const SUMS: Readonly<Record<string, readonly GuestFigure[]>> = {
  in: ["netIn"], out: ["netOut"], net: ["netIn", "netOut"], read: ["diskRead"],
  write: ["diskWrite"], io: ["diskRead", "diskWrite"],
};

/** A guest as a filter sees it. */
class Row implements Searchable {
  slot = 0;
  get text(): string {
    return guestTexts()[this.slot]!;
  }
  field(key: string): readonly string[] | null {
    const { slot } = this;
    if (key === "tag") return (guests.facts("tags")[slot] ?? []).map((tag) => tag.toLowerCase());
    if (key === "id") return [String(guests.column("vmid")[slot])];
    if (key === "type") {
      const type = guests.facts("type")[slot] ?? null;
      return [wordOf(type).toLowerCase(), ...(type ? [type] : [])];
    }
    const name = key === "cluster" ? "remote" : key;
    const word = guests.facts(name as "name" | "node" | "status")[slot];
    return word == null ? null : [word.toLowerCase()];
  }
  figure(key: string, kind: Quantity["kind"]): number {
    const of = (name: GuestFigure) => guests.column(name)[this.slot]!;
    if (key === "uptime") return untrack(() => ageOf(of("boot")));
    const sum = SUMS[key];
    if (sum) return sum.reduce((total, name) => total + of(name), 0);
    // Bytes of a CPU are none.
    if (kind === "bytes") return key === "cpu" ? NaN : of(key as "mem" | "disk");
    return key === "cpu" ? of("cpu") : liveKey(this.slot, key as "mem" | "disk");
  }
}

/** Where free words are looked for, by slot: the name first. */
export const guestTexts = memo(() => {
  const [names, tags] = [guests.facts("name"), guests.facts("tags")];
  const ids = guests.column("vmid");
  const all: string[] = [];
  for (const slot of guests.slots()) {
    const parts = [names[slot] ?? "", ids[slot], placeOf(slot), ...(tags[slot] ?? [])];
    all[slot] = parts.join("\n").toLowerCase();
  }
  return all;
});

const terms = memo(() => parseQuery(query(), FIELDS));

/** What of the filter can't be meant as it stands, in words. */
export const filterHint = memo(() => hintFor(query(), FIELDS));

/** What figures said of each slot when rows might last move: in between nothing comes or goes. */
let kept = { terms: [] as readonly Term[], round: -1, ids: [] as unknown[], fits: [] as boolean[] };

function figuresFit(terms: readonly Term[], round: number): (row: Row) => boolean {
  if (kept.terms !== terms || kept.round !== round) kept = { terms, round, ids: [], fits: [] };
  const ids = guests.facts("id");
  const { ids: known, fits } = kept;
  return (row) => {
    const { slot } = row;
    if (known[slot] !== ids[slot]) {
      known[slot] = ids[slot];
      fits[slot] = matches(terms, row);
    }
    return fits[slot]!;
  };
}

const figureTerms = memo(() => terms().filter(({ limit }) => limit));
const otherTerms = memo(() => terms().filter(({ limit }) => !limit));

const matching = memo(() => {
  const slots = guests.slots();
  const [figures, others] = [figureTerms(), otherTerms()];
  if (figures.length + others.length === 0) return Int32Array.from(slots);
  const row = new Row();
  const fit = figures.length > 0 ? figuresFit(figures, guestTable.round()) : () => true;
  const keep = (slot: number) => ((row.slot = slot), matches(others, row) && fit(row));
  return Int32Array.from(slots.filter(keep));
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

/** A guest with several tags belongs to all of them together. */
function groupOf(slot: number, group: GroupBy): string | null {
  if (group === "node") return placeOf(slot);
  if (group === "type") return wordOf(guests.facts("type")[slot] ?? null);
  if (group === "tag") return guests.facts("tags")[slot]?.join(", ") || null;
  return guests.facts(group)[slot] ?? null;
}

export const guestTable: TableView<SortBy, GroupBy> = new TableView({
  sorts: SORTS,
  groups: GROUPS,
  first: "name",
  live: LIVE,
  largestFirst: new Set([...LIVE, "uptime"] as const),
  rev: guests.rev,
  matching,
  isLive: () => figureTerms().length > 0,
  ids: () => guests.facts("id"),
  coldKeys,
  liveKey,
  groupOf,
  ties: (isLive, live) => [
    ...(isLive ? [{ values: live("mem"), descending: true }] : []),
    { values: coldKeys("name"), descending: false },
    { values: guests.column("vmid"), descending: false },
  ],
});

/** The slots to show, in their order. */
export const order = guestTable.order;
