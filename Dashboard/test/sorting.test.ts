import { expect, test } from "bun:test";
import { Ranks, sortSlots } from "../src/stores/sorting";

const key = (values: number[], descending = false) => ({
  values: Float64Array.from(values), descending,
});
const sorted = (...keys: ReturnType<typeof key>[]) => [
  ...sortSlots(Int32Array.from(keys[0]!.values, (_, slot) => slot), keys),
];

test("sorts both ways, and what is unknown comes last in both", () => {
  expect(sorted(key([3, NaN, 1, 2]))).toEqual([2, 3, 0, 1]);
  expect(sorted(key([3, NaN, 1, 2], true))).toEqual([0, 3, 2, 1]);
});

test("a tie is broken by the next key, and at last by the slot", () => {
  expect(sorted(key([1, 1, 0, 1], true), key([5, 9, 0, 9], true))).toEqual([1, 3, 0, 2]);
  expect(sorted(key([NaN, NaN]), key([2, 1]))).toEqual([1, 0]);
});

test("texts rank as people sort them, equal ones alike, missing ones nowhere", () => {
  const ranks = new Ranks();
  expect([...ranks.of(["web-10", "web-2", null, "web-2", "a"])]).toEqual([2, 1, NaN, 1, 0]);
});

test("ranks are worked out again only when a text has changed", () => {
  const ranks = new Ranks();
  const first = ranks.of(["b", "a"]);
  expect(ranks.of(["b", "a"])).toBe(first);
  expect([...ranks.of(["b", "c"])]).toEqual([0, 1]);
});
