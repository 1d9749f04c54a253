import { expect, test } from "bun:test";
import { type Searched, bestOf } from "../src/stores/finding";

const of = (...texts: string[]): Searched => ({ slots: texts.map((_, slot) => slot), texts });
const names = (kinds: Searched[], typed: string, limit = 10): string[] =>
  bestOf(kinds, typed, limit).best.map(({ kind, slot }) => kinds[kind]!.texts[slot]!.split("\n")[0]!);

test("the name itself comes first, then what begins with it, then what has it, then the rest", () => {
  const guests = of("db\nweb", "my-web\n4", "web-10\n3", "web\n2", "web-2\n1");
  expect(names([guests], "web")).toEqual(["web", "web-2", "web-10", "my-web", "db"]);
});

test("of equally good answers the first kind comes first", () => {
  expect(names([of("pve1\nnode"), of("pve1\nguest")], "pve1")).toEqual(["pve1", "pve1"]);
  expect(bestOf([of("b"), of("b")], "b", 10).best[0]).toEqual({ kind: 0, slot: 0 });
});

test("every word must be there, in whatever order and place", () => {
  const guests = of("web-1\n101\nlab/pve2\nprod", "web-2\n102\nlab/pve1\nprod");
  expect(names([guests], " PROD  pve1 ")).toEqual(["web-2"]);
  expect(names([guests], "102")).toEqual(["web-2"]);
  expect(names([guests], "prod none")).toEqual([]);
});

test("nothing is asked for without a word", () => {
  expect(bestOf([of("a")], "  ", 10)).toEqual({ best: [], count: 0 });
});

test("of 20,000 the best few are those that sorting all would give", () => {
  const texts = Array.from({ length: 20_000 }, (_, at) => `guest-${(at * 7919) % 20_000}\n${at}`);
  const { best, count } = bestOf([of(...texts)], "guest-1", 50);
  const sorted = texts.map((text) => text.split("\n")[0]!)
    .filter((name) => name.startsWith("guest-1"))
    .sort((a, b) =>
      Number(b === "guest-1") - Number(a === "guest-1") || a.length - b.length || (a < b ? -1 : 1));
  expect(best.map(({ slot }) => texts[slot]!.split("\n")[0]!)).toEqual(sorted.slice(0, 50));
  expect(count).toBe(sorted.length);
});

test("slots that are free are passed over", () => {
  expect(bestOf([{ slots: [2], texts: ["web", undefined, "web-2"] }], "web", 10).count).toBe(1);
});
