/**
 * One stream as columns: a typed array per figure, a list per other field, and no object per
 * resource. A resource keeps its slot for as long as it exists, whatever handle the server gives
 * it, so its row and its history survive a restart of the server.
 */
import { type Get, batch, signal } from "rx";
import type { Delta, Snapshot } from "./messages";

/** `gap`: this doesn't follow what we have, and a snapshot is needed. */
export type Outcome = "applied" | "partial" | "gap";

const SLOTS_MIN = 16;

type Column = Float64Array<ArrayBuffer> | unknown[];

export class StreamTable<Figure extends string, Facts extends { id: string }> {
  /** Moves with every published change of any figure. */
  readonly rev: Get<number>;
  /** Moves when resources come or go or a fact changes. */
  readonly topo: Get<number>;
  epoch = "";
  generation = 0;
  /** Told of a slot that a new resource takes over. */
  onAdopt: (slot: number) => void = () => {};

  #setRev: (rev: number) => void;
  #setTopo: (topo: number) => void;
  #factsMoved = false;
  #columns = new Map<string, Column>();
  #slotOfHandle = new Map<number, number>();
  #slotOfID = new Map<string, number>();
  #slots: readonly number[] | null = null;
  #free: number[] = [];
  #capacity = SLOTS_MIN;
  #parts: Snapshot[] = [];

  constructor(figures: readonly Figure[], facts: readonly (keyof Facts & string)[]) {
    [this.rev, this.#setRev] = signal(0);
    [this.topo, this.#setTopo] = signal(0);
    for (const name of figures) this.#columns.set(name, new Float64Array(SLOTS_MIN).fill(NaN));
    for (const name of facts) this.#columns.set(name, []);
  }

  /** A figure, watched; NaN is unknown. */
  figure(slot: number, name: Figure): number {
    this.rev();
    return this.column(name)[slot] ?? NaN;
  }

  /** A fact, watched; null is unknown. */
  fact<K extends keyof Facts & string>(slot: number, name: K): Facts[K] | null {
    this.topo();
    return this.facts(name)[slot] ?? null;
  }

  /** The figures of one name by slot, not watched; another array once the table has grown. */
  column(name: Figure): Float64Array {
    return this.#columns.get(name) as Float64Array;
  }

  /** The facts of one name by slot, not watched. */
  facts<K extends keyof Facts & string>(name: K): readonly (Facts[K] | null | undefined)[] {
    return this.#columns.get(name) as Facts[K][];
  }

  /** The slots in use, in no order that means anything. */
  slots(): readonly number[] {
    this.topo();
    return (this.#slots ??= [...this.#slotOfID.values()]);
  }

  /** The slot of a resource, watched; -1 when the stream doesn't list it. */
  slotOf(id: string): number {
    this.topo();
    return this.#slotOfID.get(id) ?? -1;
  }

  /** How many slots there are, used or not: the length of what is kept beside the columns. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Changes the columns; nobody is told before `publish`. */
  apply(message: Snapshot | Delta): Outcome {
    return message.type === "snapshot" ? this.#collect(message) : this.#change(message);
  }

  /** Forgets everything: the server doesn't have this stream any more. */
  clear(): void {
    for (const id of [...this.#slotOfID.keys()]) this.#release(id);
    this.#slotOfHandle.clear();
    this.#parts = [];
    this.epoch = "";
    this.generation = 0;
    this.#moveFacts();
  }

  /** Tells the page what `apply` has changed since. */
  publish(): void {
    batch(() => {
      this.#setRev(this.rev() + 1);
      if (this.#factsMoved) this.#setTopo(this.topo() + 1);
      this.#factsMoved = false;
    });
  }

  #collect(part: Snapshot): Outcome {
    if (part.part === 1) this.#parts = [];
    const first = this.#parts[0] ?? part;
    if (part.part !== this.#parts.length + 1 || part.generation !== first.generation) return "gap";
    this.#parts.push(part);
    if (part.part < part.parts) return "partial";
    this.#replace(this.#parts);
    this.#parts = [];
    this.epoch = part.epoch;
    this.generation = part.generation;
    return "applied";
  }

  #replace(parts: Snapshot[]): void {
    const leaving = new Set(this.#slotOfID.keys());
    this.#slotOfHandle.clear();
    for (const { fields, rows } of parts) {
      const [h, id] = [fields.indexOf("h"), fields.indexOf("id")];
      this.#reserve(rows.length);
      const columns = this.#columnsOf(fields);
      for (const row of rows) {
        leaving.delete(row[id] as string);
        const slot = this.#slot(row[id] as string);
        this.#slotOfHandle.set(row[h] as number, slot);
        this.#forget(slot);
        for (let at = 0; at < row.length; at++) put(columns[at], slot, row[at]);
      }
    }
    for (const id of leaving) this.#release(id);
    this.#moveFacts();
  }

  #change(delta: Delta): Outcome {
    if (delta.since !== this.generation || this.epoch === "") return "gap";
    for (const handle of delta.gone ?? []) {
      const slot = this.#slotOfHandle.get(handle);
      this.#slotOfHandle.delete(handle);
      if (slot !== undefined) this.#release(this.#columns.get("id")![slot] as string);
    }
    this.#reserve(delta.set?.length ?? 0);
    for (const { h, ...fields } of delta.set ?? []) {
      const known = this.#slotOfHandle.get(h);
      if (known === undefined && typeof fields["id"] !== "string") return "gap";
      const slot = known ?? this.#slot(fields["id"] as string);
      this.#slotOfHandle.set(h, slot);
      for (const name in fields) put(this.#columns.get(name), slot, fields[name]);
    }
    const columns = this.#columnsOf(delta.fields ?? []);
    for (const row of delta.rows ?? []) {
      const slot = this.#slotOfHandle.get(row[0] as number);
      if (slot === undefined) return "gap";
      for (let at = 1; at < row.length; at++) put(columns[at], slot, row[at]);
    }
    if (delta.gone?.length || delta.set?.length) this.#moveFacts();
    this.generation = delta.generation;
    return "applied";
  }

  #moveFacts(): void {
    this.#factsMoved = true;
    this.#slots = null;
  }

  /** The columns of the named fields; one that this page doesn't know has none. */
  #columnsOf = (fields: readonly string[]) => fields.map((name) => this.#columns.get(name));

  #forget(slot: number): void {
    for (const column of this.#columns.values()) put(column, slot, null);
  }

  #slot(id: string): number {
    const known = this.#slotOfID.get(id);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#slotOfID.size;
    this.#slotOfID.set(id, slot);
    this.#forget(slot);
    this.onAdopt(slot);
    return slot;
  }

  #release(id: string): void {
    const slot = this.#slotOfID.get(id);
    if (slot === undefined) return;
    this.#slotOfID.delete(id);
    this.#free.push(slot);
  }

  /** Makes room for `more` new resources; before columns are looked up, as it replaces them. */
  #reserve(more: number): void {
    const needed = this.#slotOfID.size + more;
    if (needed <= this.#capacity) return;
    while (this.#capacity < needed) this.#capacity *= 2;
    for (const [name, column] of this.#columns) {
      if (!(column instanceof Float64Array)) continue;
      const larger = new Float64Array(this.#capacity).fill(NaN);
      larger.set(column);
      this.#columns.set(name, larger);
    }
  }
}

function put(column: Column | undefined, slot: number, value: unknown): void {
  if (!column) return;
  if (column instanceof Float64Array) column[slot] = typeof value === "number" ? value : NaN;
  else column[slot] = value;
}
