/** What the nodes and the hosts look like: rows, cards, or a map of hundreds. */
import { type Get, memo, signal } from "rx";
import { oneOf } from "./address";
import { store, stored } from "./stored";

export type Look = "table" | "cards" | "map";

/** So many are seen at a glance, and are cards by themselves where there are any. */
export const HANDFUL = 8;
/** From 40 on they are a map; one of more than 1,000 tells no more at a glance than the line of what
 * is wrong does. */
const MAP_MIN = 40;
const MAP_MAX = 1000;
/** How far beyond a bound a look stays as it is. */
const SLACK = 3;

/**
 * The look for so many. It is not settled once for a page: a server that has just started learns of
 * its nodes one cluster after the other, and a screen on a wall is not reloaded for months. But one
 * node that comes and goes must not turn the page over each time, so a look outlasts its bound by a
 * few.
 */
export function lookFor(count: number, before: Look | null): Look {
  const slack = (look: Look) => (look === before ? SLACK : 0);
  if (count <= HANDFUL + slack("cards")) return "cards";
  const isMap = count >= MAP_MIN - slack("map") && count <= MAP_MAX + slack("map");
  return isMap ? "map" : "table";
}

export class Looks {
  /** How they are shown: as the viewer has chosen, else by their number. */
  readonly look: Get<Look>;
  /** What the viewer has chosen; null for what they look like by themselves. */
  readonly chosen: Get<Look | null>;
  readonly #setChosen: (look: Look | null) => void;
  readonly #byItself: Get<Look>;

  constructor(
    /** Their parameter of the address. */
    readonly name: string,
    /** The looks that there are. */
    readonly all: readonly Look[],
    count: Get<number>,
    /** Whether cards would be of no use: on a phone a row has two lines and is half as high. */
    isPhone: Get<boolean>,
  ) {
    [this.chosen, this.#setChosen] = signal<Look | null>(null);
    let before: Look | null = null;
    const fitting = memo(() => {
      before = lookFor(count(), before);
      // None yet is no reason for anything.
      if (count() === 0) before = null;
      return before ?? "table";
    });
    this.#byItself = memo(() => {
      const isShown = all.includes(fitting()) && !(isPhone() && fitting() === "cards");
      return isShown ? fitting() : "table";
    });
    this.look = memo(() => this.chosen() ?? this.#byItself());
  }

  /** What they look like by themselves is no choice, and keeps following their number. */
  choose(look: Look): void {
    this.#setChosen(look === this.#byItself() ? null : look);
    store(this.name, this.chosen());
  }

  /** Follows the address, which names a look where one was chosen. */
  read(text: string | null): void {
    this.#setChosen(oneOf(this.all, text));
  }

  /** Follows what was chosen in this browser. */
  recall(): void {
    this.read(stored(this.name));
  }
}
