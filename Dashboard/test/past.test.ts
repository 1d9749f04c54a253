import { expect, test } from "bun:test";
import { placed, span, titleOf } from "../src/stores/past";

test("samples are at the end of their span, and what is not known is a hole", () => {
  expect([...placed([1, null, 3], 5)]).toEqual([NaN, NaN, 1, NaN, 3]);
  expect([...placed([1, 2, 3], 2)]).toEqual([2, 3]);
  expect([...placed([], 2)]).toEqual([NaN, NaN]);
});

test("spans are named by how long they are", () => {
  expect([span(), titleOf("2m"), titleOf("15m"), titleOf("24h")].join())
    .toBe("15m,2\u202fmin,15\u202fmin,1\u202fd");
});
