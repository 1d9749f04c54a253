import { expect, test } from "bun:test";
import { SPARE, firstPosition, positionOf, slotsNeeded } from "../src/tables/window";

const shown = (first: number, slots: number, count: number) =>
  Array.from({ length: slots }, (_, slot) => positionOf(slot, first, slots, count));

test("the slots cover the window wherever it is", () => {
  const row = 32;
  for (const height of [100, 640, 901]) {
    const slots = slotsNeeded({ height, row });
    for (const offset of [-500, 0, 1, 31, 32, 777, 5000 * row - height]) {
      const first = firstPosition({ offset, height, row }, slots, 5000);
      const top = Math.max(0, Math.floor(offset / row));
      const bottom = Math.min(4999, Math.max(0, Math.floor((offset + height - 1) / row)));
      const positions = new Set(shown(first, slots, 5000));
      for (let position = top; position <= bottom; position++) {
        expect([height, offset, positions.has(position)]).toEqual([height, offset, true]);
      }
    }
  }
});

test("scrolling by a row rewrites one slot", () => {
  const before = shown(100, 30, 5000);
  const after = shown(101, 30, 5000);
  expect(before.filter((position, slot) => position !== after[slot]).length).toBe(1);
});

test("each position has one slot, and slots beyond the rows are empty", () => {
  expect(shown(7, 5, 100).toSorted((a, b) => a - b)).toEqual([7, 8, 9, 10, 11]);
  expect(shown(0, 5, 3)).toEqual([0, 1, 2, -1, -1]);
  expect(shown(0, 5, 0)).toEqual([-1, -1, -1, -1, -1]);
});

test("neither end is passed", () => {
  const view = { height: 320, row: 32 };
  const slots = slotsNeeded(view);
  expect(firstPosition({ ...view, offset: -9999 }, slots, 50)).toBe(0);
  expect(firstPosition({ ...view, offset: 9e6 }, slots, 50)).toBe(50 - slots);
  expect(firstPosition({ ...view, offset: 9e6 }, slots, 3)).toBe(0);
  expect(firstPosition({ ...view, offset: 32 * 20 }, slots, 500)).toBe(20 - SPARE);
});
