/**
 * The past of the lines that are looked at, from the server's own history: asked for once the rows
 * rest, for those that are shown, and again when there has been a hole.
 */
import { effect, onCleanup, untrack } from "rx";
import type { HistoryAnswer, HistoryMetric, HistoryQuestion } from "./messages";
import type { MetricsHistory } from "./metricsHistory";

/** Rows that pass by while somebody scrolls are not asked for. */
const REST = 150;
/** With two metrics of 60 samples 12,000 samples, of the 20,000 that the server takes at once. */
const RESOURCES_MAX = 100;

/** What has the resources, by slot. */
interface Table {
  facts(name: "id"): readonly unknown[];
  slotOf(id: string): number;
}

/** Whom to ask. */
interface Server {
  greetings(): number;
  ask(question: HistoryQuestion, answered: (answer: HistoryAnswer) => void): boolean;
}

export class LineFill<Metric extends HistoryMetric> {
  readonly #asked = new Set<number>();
  /** The slots that each table shows. */
  readonly #looks = new Set<() => Iterable<number>>();
  #timer = 0;

  constructor(
    readonly server: Server,
    readonly table: Table,
    readonly history: MetricsHistory<Metric>,
    readonly metrics: readonly Metric[],
  ) {
    history.onHole = () => this.#askAgain();
  }

  /** Follows the connection: what was asked for on an earlier one may never come. */
  start(): void {
    effect(() => {
      this.server.greetings();
      this.#askAgain();
    });
  }

  #askAgain(): void {
    this.#asked.clear();
    this.wake();
  }

  /** Keeps the lines of the slots that `shown` names filled, until the running scope ends. */
  look(shown: () => Iterable<number>): void {
    this.#looks.add(shown);
    onCleanup(() => this.#looks.delete(shown));
    this.wake();
  }

  /** To be told of each slot whose line is drawn. */
  drawn(slot: number): void {
    if (!this.#asked.has(slot)) this.wake();
  }

  /** Another resource has taken a slot over. */
  forget(slot: number): void {
    this.#asked.delete(slot);
  }

  /** Asks soon for all that is shown and wasn't asked for. */
  wake(): void {
    if (this.#looks.size > 0) this.#timer ||= setTimeout(() => this.#askForAll(), REST) as never;
  }

  #askForAll(): void {
    this.#timer = 0;
    const slots = new Set<number>();
    for (const shown of this.#looks) {
      for (const slot of untrack(shown)) if (!this.#asked.has(slot)) slots.add(slot);
    }
    const all = [...slots];
    for (let at = 0; at < all.length; at += RESOURCES_MAX) {
      this.#askFor(all.slice(at, at + RESOURCES_MAX));
    }
  }

  #askFor(slots: readonly number[]): void {
    const ids = this.table.facts("id");
    const resources = slots.map((slot) => ids[slot]).filter((id) => typeof id === "string");
    const question = { resources, metrics: this.metrics, range: "2m" } as const;
    if (!this.server.ask(question, (answer) => this.#take(answer))) return;
    for (const slot of slots) this.#asked.add(slot);
  }

  #take({ step, resources }: HistoryAnswer): void {
    untrack(() => {
      for (const of of resources) {
        const slot = this.table.slotOf(of.id);
        if (slot < 0) continue;
        for (const metric of this.metrics) {
          this.history.fill(slot, metric, of.end, step, of[metric] ?? []);
        }
      }
      this.history.publish();
    });
  }
}
