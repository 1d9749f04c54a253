/** What the palette offers: commands of the page, and everything that the drawer can show. */
import { type Get, memo, untrack } from "rx";
import { type Searched, bestOf } from "./finding";
import { guestTexts, placeOf, wordOf } from "./guestView";
import { severalRemotes } from "./nodeView";
import { open } from "./opened";
import { guests, hosts, nodes, remotes, storage } from "./session";

export interface Command {
  title: string;
  /** The key that does the same. */
  key?: string;
  run: () => void;
}

export interface Choice {
  title: string;
  /** "VM 100": what it is. */
  word: string;
  /** Where it is, if that tells it from others. */
  place: string;
  /** Watched; null of what has none. */
  status: Get<string> | null;
  choose: () => void;
}

export interface Choices {
  shown: readonly Choice[];
  /** How many there are in all. */
  count: number;
}

/** More than fit into any window; whoever wants another one types on. */
const CHOICES_MAX = 50;

/** The tables of the streams, as far as all of them are alike. */
interface Named {
  slots(): readonly number[];
  slotOf(id: string): number;
  facts(name: "id" | "name" | "remote" | "node" | "status"): readonly unknown[];
  fact(slot: number, name: "id" | "name" | "remote" | "node" | "status"): unknown;
}

interface Kind {
  table: Named;
  texts: Get<readonly (string | undefined)[]>;
  word: (slot: number) => string;
  place: (slot: number) => string;
}

const remoteOf = (table: Named) => (slot: number): string =>
  severalRemotes() ? String(table.fact(slot, "remote") ?? "") : "";

function kind(of: unknown, word: string, place?: (slot: number) => string): Kind {
  const table = of as Named;
  const where = place ?? remoteOf(table);
  const texts = memo(() => {
    const names = table.facts("name");
    const all: string[] = [];
    for (const slot of table.slots()) {
      all[slot] = `${names[slot] ?? ""}\n${where(slot)}\n${word}`.toLowerCase();
    }
    return all;
  });
  return { table, texts, word: () => word, place: where };
}

const storagePlace = (slot: number): string =>
  [remoteOf(storage as unknown as Named)(slot), storage.fact(slot, "node") ?? ""]
    .filter(Boolean).join("/");

/** Of equally good answers the first kind comes first. Commands come before all of them. */
const KINDS: readonly Kind[] = [
  kind(nodes, "Node"),
  kind(hosts, "Host", () => ""),
  kind(remotes, "Remote", () => ""),
  kind(storage, "Storage", storagePlace),
  {
    table: guests as unknown as Named,
    texts: guestTexts,
    word: (slot) => `${wordOf(guests.fact(slot, "type"))} ${guests.figure(slot, "vmid")}`,
    place: placeOf,
  },
];

function resource({ table, word, place }: Kind, slot: number): Choice {
  const id = String(table.fact(slot, "id"));
  return {
    title: String(table.fact(slot, "name") ?? "unnamed"),
    word: word(slot),
    place: place(slot),
    // Another resource may have its slot by now.
    status: () => String(table.fact(table.slotOf(id), "status") ?? "gone"),
    choose: () => open(id),
  };
}

const command = ({ title, key, run }: Command): Choice => ({
  title, word: key ?? "", place: "", status: null, choose: run,
});

/** What answers to what was typed; without a word the commands. Not watched: nothing shall move. */
export function choicesFor(typed: string, commands: readonly Command[]): Choices {
  return untrack(() => {
    if (typed.trim() === "") return { shown: commands.map(command), count: commands.length };
    const all: Searched[] = [
      {
        slots: commands.map((_, at) => at),
        texts: commands.map(({ title }) => title.toLowerCase()),
      },
      ...KINDS.map(({ table, texts }) => ({ slots: table.slots(), texts: texts() })),
    ];
    const { best, count } = bestOf(all, typed, CHOICES_MAX);
    const shown = best.map(({ kind: at, slot }) =>
      at === 0 ? command(commands[slot]!) : resource(KINDS[at - 1]!, slot),
    );
    return { shown, count };
  });
}
