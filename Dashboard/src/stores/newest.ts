/**
 * The newest figures of a resource: what it says when it is asked alone, while it is looked at, or
 * else what its row in the list says.
 */
import { DETAIL_FIGURES, type Detail, type DetailFacts, type DetailFigure } from "./fleet";

const OWN: ReadonlySet<string> = new Set(DETAIL_FIGURES);
/** Proxmox takes a sample this often, in milliseconds: a row that was polled a moment later may have
 *  one that is as much older than it says. */
const SAMPLE_EVERY = 10_000;

/** A table whose resources may be asked alone. */
interface Rows<Figure extends string> {
  figure(slot: number, name: Figure): number;
  fact(slot: number, name: "id" | "status"): string | null;
  fact(slot: number, name: "stale"): boolean | null;
}

export class Newest<Figure extends string> {
  constructor(
    readonly detail: Detail,
    readonly rows: Rows<Figure | "sampled">,
    readonly slot: number,
  ) {}

  /** Where `detail` has this resource; -1 while it has said nothing, or the row is newer. */
  get #at(): number {
    const at = this.detail.slotOf(this.rows.fact(this.slot, "id") ?? "");
    if (at < 0) return -1;
    const [own, listed] = [
      this.detail.figure(at, "sampled"), this.rows.figure(this.slot, "sampled"),
    ];
    if (Number.isNaN(own)) return -1;
    const answers = this.detail.fact(at, "error") === null;
    return own < listed - (answers ? SAMPLE_EVERY : 0) ? -1 : at;
  }

  /** Whether it answers when it is asked alone. */
  isAsked(): boolean {
    const at = this.#at;
    return at >= 0 && this.detail.fact(at, "error") === null;
  }

  /** Whether the figures are its own, however long ago it said them. */
  isOwn(): boolean {
    return this.#at >= 0;
  }

  /** Why it could not be asked alone the last time; null while it could. */
  error(): string | null {
    const at = this.detail.slotOf(this.rows.fact(this.slot, "id") ?? "");
    return at < 0 ? null : this.detail.fact(at, "error");
  }

  figure(_slot: number, name: Figure | "sampled"): number {
    const own = OWN.has(name) ? this.alone(name as DetailFigure) : NaN;
    return Number.isNaN(own) ? this.rows.figure(this.slot, name) : own;
  }

  /** A figure that it has said itself; NaN is unknown. */
  alone(name: DetailFigure): number {
    const at = this.#at;
    if (at < 0) return NaN;
    // What a virtual machine uses Proxmox may tell as its host sees it, which knows less: the row
    // has the figure that can be trusted.
    if (name === "mem" && this.detail.fact(at, "type") === "qemu") return NaN;
    return this.detail.figure(at, name);
  }

  /** A fact of its own; null is unknown. */
  own<K extends keyof DetailFacts>(name: K): DetailFacts[K] | null {
    const at = this.#at;
    return at < 0 ? null : this.detail.fact(at, name);
  }

  /** What Proxmox tells apart of it. */
  list(kind: "networks" | "drives"): DetailFacts["networks"] {
    return this.own(kind) ?? [];
  }

  /** Its state; where the list has lost sight of it, nobody knows better. */
  status(): string {
    const listed = this.rows.fact(this.slot, "status") ?? "unknown";
    if (!this.isAsked() || this.rows.fact(this.slot, "stale")) return listed;
    return this.detail.fact(this.#at, "status") ?? listed;
  }
}
