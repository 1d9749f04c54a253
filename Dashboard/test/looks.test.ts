import { beforeEach, expect, test } from "bun:test";
import { signal } from "rx";
import { type Look, Looks, lookFor } from "../src/stores/looks";

const stored = new Map<string, string>();
beforeEach(() => {
  stored.clear();
  Object.assign(globalThis, {
    localStorage: {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => stored.set(name, value),
      removeItem: (name: string) => stored.delete(name),
    },
  });
});

const ALL = ["table", "cards", "map"] as const;
const never = () => false;

test("a few are cards, hundreds a map, and else they have a row each", () => {
  const looks: [number, Look][] = [
    [1, "cards"], [8, "cards"], [9, "table"], [39, "table"], [40, "map"], [1000, "map"],
    [1001, "table"], [20_000, "table"],
  ];
  for (const [count, look] of looks) expect(lookFor(count, null)).toBe(look);
});

test("a look outlasts its bound by three, and what is beyond that by none", () => {
  const looks: [Look, number, Look][] = [
    ["cards", 11, "cards"], ["cards", 12, "table"], ["table", 9, "table"], ["table", 8, "cards"],
    ["map", 37, "map"], ["map", 36, "table"], ["table", 39, "table"],
    ["map", 1003, "map"], ["map", 1004, "table"], ["table", 1001, "table"],
    ["cards", 300, "map"], ["map", 3, "cards"],
  ];
  for (const [before, count, look] of looks) expect(lookFor(count, before)).toBe(look);
});

test("one that comes and goes at a bound turns nothing over", () => {
  const [count, setCount] = signal(40);
  const looks = new Looks("nview", ALL, count, never);
  const seen = [40, 39, 40, 39, 38, 40].map((many) => {
    setCount(many);
    return looks.look();
  });
  expect(new Set(seen)).toEqual(new Set(["map"]));
});

test("before there is any there is a table, and the first ones decide by their number", () => {
  const [count, setCount] = signal(0);
  const looks = new Looks("nview", ALL, count, never);
  expect(looks.look()).toBe("table");
  setCount(9);
  expect(looks.look()).toBe("table");
  setCount(0);
  setCount(8);
  expect(looks.look()).toBe("cards");
});

test("what has no such look, or is on a phone, has a table instead of cards", () => {
  const hosts = new Looks("hview", ["table", "map"], () => 5, never);
  expect(hosts.look()).toBe("table");
  const [isPhone, setPhone] = signal(true);
  const nodes = new Looks("nview", ALL, () => 5, isPhone);
  expect(nodes.look()).toBe("table");
  setPhone(false);
  expect(nodes.look()).toBe("cards");
  nodes.choose("map");
  setPhone(true);
  expect(nodes.look()).toBe("map");
});

test("a choice wins and is remembered, until it is what there would be anyway", () => {
  const [count, setCount] = signal(5);
  const looks = new Looks("nview", ALL, count, never);
  looks.choose("table");
  setCount(500);
  expect([looks.look(), looks.chosen()]).toEqual(["table", "table"]);
  const later = new Looks("nview", ALL, count, never);
  later.recall();
  expect(later.look()).toBe("table");
  later.read("cards");
  expect(later.look()).toBe("cards");
  for (const text of [null, "a word of another version"]) {
    later.read(text);
    expect([later.look(), later.chosen()]).toEqual(["map", null]);
  }
  looks.choose("map");
  expect([looks.look(), looks.chosen(), stored.size]).toEqual(["map", null, 0]);
});

test("an address that asks for no look, and a browser that remembers nothing, change nothing", () => {
  Object.assign(globalThis, {
    localStorage: {
      getItem: () => { throw new Error("forbidden"); },
      setItem: () => { throw new Error("forbidden"); },
      removeItem: () => { throw new Error("forbidden"); },
    },
  });
  const looks = new Looks("hview", ["table", "map"], () => 5, never);
  for (const text of [null, "", "cards", "nonsense"]) {
    looks.read(text);
    looks.recall();
    expect([looks.look(), looks.chosen()]).toEqual(["table", null]);
  }
  looks.choose("map");
  expect(looks.look()).toBe("map");
});
