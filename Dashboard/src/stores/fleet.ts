/**
 * The fleet as columns: one typed array per figure, one list per other field, and no object per
 * resource. A resource keeps its slot for as long as it exists, whatever handle the server gives
 * it, so its row and its history survive a restart of the server.
 */
import { type Get, batch, signal } from "rx";
import type { Delta, Snapshot } from "./messages";

/** `gap`: this doesn't follow what we have, and a snapshot is needed. */
export type Outcome = "applied" | "partial" | "gap";

const SLOTS_MIN = 16;

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
  #figures = new Map<string, Float64Array<ArrayBuffer>>();
  #facts = new Map<string, unknown[]>();
  #slotOfHandle = new Map<number, number>();
  #slotOfID = new Map<string, number>();
  #free: number[] = [];
  #capacity = SLOTS_MIN;
  #parts: Snapshot[] = [];

  constructor(figures: readonly Figure[], facts: readonly (keyof Facts & string)[]) {
    [this.rev, this.#setRev] = signal(0);
    [this.topo, this.#setTopo] = signal(0);
    for (const name of figures) this.#figures.set(name, new Float64Array(SLOTS_MIN).fill(NaN));
    for (const name of facts) this.#facts.set(name, []);
  }

  /** A figure; NaN is unknown. */
  figure(slot: number, name: Figure): number {
    this.rev();
    return this.#figures.get(name)?.[slot] ?? NaN;
  }

  /** A fact; null is unknown. */
  fact<K extends keyof Facts & string>(slot: number, name: K): Facts[K] | null {
    this.topo();
    return (this.#facts.get(name)?.[slot] ?? null) as Facts[K] | null;
  }

  /** The slots in use, in no order that means anything. */
  slots(): number[] {
    this.topo();
    return [...this.#slotOfID.values()];
  }

  /** Changes the columns; nobody is told before `publish`. */
  apply(message: Snapshot | Delta): Outcome {
    return message.type === "snapshot" ? this.#collect(message) : this.#change(message);
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
      for (const row of rows) {
        leaving.delete(row[id] as string);
        const slot = this.#slot(row[id] as string);
        this.#slotOfHandle.set(row[h] as number, slot);
        this.#forget(slot);
        fields.forEach((name, column) => this.#put(slot, name, row[column]));
      }
    }
    for (const id of leaving) this.#release(id);
    this.#factsMoved = true;
  }

  #change(delta: Delta): Outcome {
    if (delta.since !== this.generation || this.epoch === "") return "gap";
    for (const handle of delta.gone ?? []) {
      const slot = this.#slotOfHandle.get(handle);
      this.#slotOfHandle.delete(handle);
      if (slot !== undefined) this.#release(this.#facts.get("id")?.[slot] as string);
    }
    for (const { h, ...fields } of delta.set ?? []) {
      const known = this.#slotOfHandle.get(h);
      if (known === undefined && typeof fields["id"] !== "string") return "gap";
      const slot = known ?? this.#slot(fields["id"] as string);
      this.#slotOfHandle.set(h, slot);
      for (const [name, value] of Object.entries(fields)) this.#put(slot, name, value);
      this.#factsMoved = true;
    }
    for (const row of delta.rows ?? []) {
      const slot = this.#slotOfHandle.get(row[0] as number);
      if (slot === undefined) return "gap";
      for (let column = 1; column < row.length; column++) {
        this.#put(slot, delta.fields[column] ?? "", row[column]);
      }
    }
    this.#factsMoved ||= (delta.gone?.length ?? 0) > 0;
    this.generation = delta.generation;
    return "applied";
  }

  #put(slot: number, name: string, value: unknown): void {
    const figures = this.#figures.get(name);
    const facts = this.#facts.get(name);
    if (figures) figures[slot] = typeof value === "number" ? value : NaN;
    else if (facts) facts[slot] = value;
  }

  #forget(slot: number): void {
    for (const column of this.#figures.values()) column[slot] = NaN;
    for (const column of this.#facts.values()) column[slot] = null;
  }

  #slot(id: string): number {
    const known = this.#slotOfID.get(id);
    if (known !== undefined) return known;
    const slot = this.#free.pop() ?? this.#slotOfID.size;
    if (slot >= this.#capacity) this.#grow();
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

  #grow(): void {
    this.#capacity *= 2;
    for (const [name, column] of this.#figures) {
      const larger = new Float64Array(this.#capacity).fill(NaN);
      larger.set(column);
      this.#figures.set(name, larger);
    }
  }
}

/** Mount point, filesystem, used bytes, total bytes. */
export type Disk = [mount: string, filesystem: string, used: number | null, total: number | null];
/** Sensor, degrees Celsius. */
export type Temperature = [name: string, celsius: number | null];

export interface HostFacts {
  id: string;
  name: string;
  status: "online" | "offline";
  platform: string;
  os: string;
  kernel: string;
  arch: string;
  cpuModel: string;
  agent: string;
  disks: Disk[];
  temps: Temperature[];
}

const HOST_FACTS = [
  "id", "name", "status", "platform", "os", "kernel", "arch", "cpuModel", "agent", "disks", "temps",
] as const satisfies (keyof HostFacts)[];

/** Bytes, bytes per second, percent, degrees Celsius, seconds (interval), ms since 1970. */
const HOST_FIGURES = [
  "cpus", "interval", "boot", "memTotal", "swapTotal", "diskTotal", "seen", "cpu", "mem", "swap",
  "disk", "load1", "load5", "load15", "netIn", "netOut", "diskRead", "diskWrite", "temp",
] as const;

export type HostFigure = (typeof HOST_FIGURES)[number];

export const newHosts = () => new StreamTable<HostFigure, HostFacts>(HOST_FIGURES, HOST_FACTS);
