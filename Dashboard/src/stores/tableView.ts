/**
 * How the viewer looks at one table: its order, its groups, its columns. The order is stable: what
 * is sorted by a figure that moves comes to rest between two sorts, and doesn't move at all while
 * the pointer or the focus is in the table.
 */
import { type Get, effect, memo, signal, untrack } from "rx";
import { type Key, Ranks, sortSlots } from "./sorting";

export interface Sort<By extends string> {
  by: By;
  descending: boolean;
}

/** What a table must tell of its rows. */
interface Source<By extends string, Group extends string> {
  sorts: readonly By[];
  groups: readonly Group[];
  /** The order and the grouping that need no mention. */
  first: By;
  /** Figures that move all the time. */
  live: ReadonlySet<By>;
  /** Columns of which the largest is what one looks for. */
  largestFirst: ReadonlySet<By>;
  /** Moves with the figures. */
  rev: Get<number>;
  /** The rows that the filter lets through. */
  matching: Get<Int32Array>;
  /** Whether that depends on figures that move. */
  isLive?: Get<boolean>;
  ids: () => readonly unknown[];
  /** A number for each slot that puts a column in order, the smallest first. */
  coldKeys: (by: By) => Float64Array;
  liveKey: (slot: number, by: By) => number;
  /** What comes first of two rows that are equal. */
  ties: (isLive: boolean, live: (by: By) => Float64Array) => Key[];
  groupOf: (slot: number, group: Group) => string | null;
}

interface GroupHead {
  /** Null for the rows that belong to none. */
  name: string | null;
  slots: number[];
}

const REST = 5000;

export class TableView<By extends string, Group extends string> {
  readonly sort: Get<Sort<By>>;
  readonly setSort: (sort: Sort<By>) => void;
  readonly group: Get<Group | null>;
  readonly setGroup: (group: Group | null) => void;
  /** The columns that the viewer chose; null for those that fit. */
  readonly columns: Get<readonly string[] | null>;
  readonly setColumns: (names: readonly string[] | null) => void;
  /** The slots of the rows, in their order. */
  readonly order: Get<Int32Array>;
  /** The groups, in their order; none without a grouping. */
  readonly heads: Get<readonly GroupHead[]>;
  /** What the lines of the table show: a slot, or -1 and below the heads of groups. */
  readonly lines: Get<Int32Array>;

  #folded: Get<ReadonlySet<string | null>>;
  #setFolded: (names: ReadonlySet<string | null>) => void;
  /** Moves when rows may: what is ordered or chosen by live figures is looked at anew. */
  readonly round: Get<number>;
  #setRound: (round: number) => void;
  #sortedAt = 0;
  #holders = new Set<string>();
  /** The figures of the last sort: what happens in between moves nothing. */
  #kept = { by: "", round: -1, ids: [] as unknown[], figures: new Map<By, number[]>() };
  #groupRanks = new Ranks();

  constructor(readonly source: Source<By, Group>) {
    [this.sort, this.setSort] = signal<Sort<By>>({ by: source.first, descending: false });
    [this.group, this.setGroup] = signal<Group | null>(null);
    [this.columns, this.setColumns] = signal<readonly string[] | null>(null);
    [this.#folded, this.#setFolded] = signal<ReadonlySet<string | null>>(new Set());
    [this.round, this.#setRound] = signal(0);
    this.order = memo(() => sortSlots(source.matching().slice(), this.#keys()));
    this.heads = memo(() => this.#headsOf(this.order()));
    this.lines = memo(() => this.#linesOf());
  }

  /** Sorts by another column, or the other way round by the same one. */
  sortBy(by: By): void {
    const before = this.sort();
    const descending = before.by === by ? !before.descending : this.source.largestFirst.has(by);
    this.setSort({ by, descending });
  }

  isFolded(name: string | null): boolean {
    return this.#folded().has(name);
  }

  fold(name: string | null, folded = !untrack(() => this.isFolded(name))): void {
    const names = new Set(untrack(this.#folded));
    if (folded) names.add(name);
    else names.delete(name);
    this.#setFolded(names);
  }

  /** What tells a line from the others, also when it moves. */
  keyAt(position: number): string | null {
    const line = this.lines()[position];
    if (line === undefined) return null;
    if (line < 0) return `group:${this.heads()[-1 - line]!.name}`;
    return String(this.source.ids()[line]);
  }

  positionOf(key: string): number {
    return this.lines().findIndex((_, position) => this.keyAt(position) === key);
  }

  /** Keeps the rows where they are for as long as `who` is at them. */
  hold(who: string, held: boolean): void {
    if (held) this.#holders.add(who);
    else this.#holders.delete(who);
    untrack(() => this.#settle());
  }

  /** Keeps the order of live figures up to date. */
  start(): void {
    effect(() => {
      this.source.rev();
      untrack(() => this.#settle());
    });
  }

  #settle(): void {
    const isLive = this.source.live.has(this.sort().by) || this.source.isLive?.();
    if (this.#holders.size > 0 || !isLive) return;
    if (Date.now() - this.#sortedAt < REST) return;
    this.#sortedAt = Date.now();
    this.#setRound(this.round() + 1);
  }

  #keys(): Key[] {
    const { source } = this;
    const { by, descending } = this.sort();
    const group = this.group();
    const isLive = source.live.has(by);
    if (isLive) this.#keepLive(by);
    const live = (of: By) => Float64Array.from(this.#kept.figures.get(of) ?? []);
    return [
      ...(group ? [{ values: this.#groupKeys(group), descending: false }] : []),
      { values: isLive ? live(by) : source.coldKeys(by), descending },
      ...source.ties(isLive, live),
    ];
  }

  #groupKeys(group: Group): Float64Array {
    const { length } = this.source.ids();
    const names = Array.from({ length }, (_, slot) => this.source.groupOf(slot, group));
    return this.#groupRanks.of(names);
  }

  #keepLive(by: By): void {
    const { source } = this;
    const kept = this.#kept;
    const isNew = kept.by !== by || kept.round !== this.round();
    if (isNew) {
      this.#sortedAt = Date.now();
      Object.assign(kept, { by, round: this.round() });
      kept.figures = new Map([...source.live].map((of) => [of, []]));
    }
    const ids = source.ids();
    for (const slot of source.matching()) {
      if (!isNew && kept.ids[slot] === ids[slot] && slot in kept.figures.get(by)!) continue;
      kept.ids[slot] = ids[slot];
      for (const [of, figures] of kept.figures) figures[slot] = source.liveKey(slot, of);
    }
  }

  #headsOf(order: Int32Array): readonly GroupHead[] {
    const group = this.group();
    if (!group) return [];
    const heads: GroupHead[] = [];
    for (const slot of order) {
      const name = this.source.groupOf(slot, group);
      if (heads.at(-1)?.name !== name || heads.length === 0) heads.push({ name, slots: [] });
      heads.at(-1)!.slots.push(slot);
    }
    return heads;
  }

  #linesOf(): Int32Array {
    const heads = this.heads();
    if (!this.group()) return this.order();
    return Int32Array.from(
      heads.flatMap(({ name, slots }, at) => [-1 - at, ...(this.isFolded(name) ? [] : slots)]),
    );
  }
}
