/** One stream of the stand-in: rows that move each tick, and the deltas that say how. */

export type Row = Record<string, unknown>;

export const GIB = 2 ** 30;
export const tenth = (value: number): number => Math.round(value * 10) / 10;
export const wander = (value: unknown, step: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, Number(value) + (Math.random() - 0.5) * step));

const DELTAS_MAX = 64;
/** As the server does it, though it counts bytes. */
const ROWS_PER_PART = 1000;

export class FakeStream {
  generation = 1;
  #deltas: string[] = [];

  constructor(
    readonly name: string,
    readonly cold: readonly string[],
    readonly hot: readonly string[],
    readonly rows: Row[],
    /** Moves one row; whether the delta names it. */
    readonly move: (row: Row, now: number) => boolean,
  ) {}

  /** One tick: the delta as text, or null when nothing changed. */
  tick(now: number, set: Row[] = [], gone: number[] = []): string | null {
    this.#change(set, gone);
    const moved = this.rows.filter((row) => this.move(row, now));
    if (moved.length + set.length + gone.length === 0) return null;
    const since = this.generation++;
    const delta = {
      type: "delta", ts: now, stream: this.name, generation: this.generation, since,
      fields: ["h", ...this.hot],
      rows: moved.map((row) => [row["h"], ...this.hot.map((name) => row[name])]),
      ...(set.length && { set }),
      ...(gone.length && { gone }),
    };
    this.#deltas.push(JSON.stringify(delta));
    if (this.#deltas.length > DELTAS_MAX) this.#deltas.shift();
    return this.#deltas.at(-1)!;
  }

  #change(set: Row[], gone: number[]): void {
    for (const change of set) {
      const row = this.rows.find((each) => each["h"] === change["h"]);
      if (row) Object.assign(row, change);
      else this.rows.push({ ...change });
    }
    for (const h of gone) this.rows.splice(this.rows.findIndex((row) => row["h"] === h), 1);
  }

  state(now: number, epoch: string) {
    const fields = [...this.cold, ...this.hot];
    const rows = this.rows.map((row) => fields.map((name) => row[name] ?? null));
    return { ts: now, stream: this.name, epoch, generation: this.generation, fields, rows };
  }

  /** What brings a client up to date that is at `since`, or that has nothing. */
  catchUp(now: number, epoch: string, since: number | null): string[] {
    const missed = since === null ? -1 : this.generation - since;
    if (missed >= 0 && missed <= this.#deltas.length) {
      return this.#deltas.slice(this.#deltas.length - missed);
    }
    const { rows, ...rest } = this.state(now, epoch);
    const parts = Math.max(1, Math.ceil(rows.length / ROWS_PER_PART));
    return Array.from({ length: parts }, (_, at) =>
      JSON.stringify({
        type: "snapshot", ...rest, part: at + 1, parts,
        rows: rows.slice(at * ROWS_PER_PART, (at + 1) * ROWS_PER_PART),
      }),
    );
  }
}
