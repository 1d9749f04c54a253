import { expect, test } from "bun:test";
import { parseSort, sortText } from "../src/stores/sortText";

const sorts = ["name", "cpu"] as const;

test("a sort is a column, after a minus the other way round", () => {
  expect(parseSort("cpu", sorts, "name")).toEqual({ by: "cpu", descending: false });
  expect(parseSort("-cpu", sorts, "name")).toEqual({ by: "cpu", descending: true });
});

test("what no column is called is the plain order", () => {
  for (const text of [null, "", "-", "-nonsense", "--cpu"]) {
    expect(parseSort(text, sorts, "name")).toEqual({ by: "name", descending: false });
  }
});

test("the plain order leaves no trace, and any other can be read again", () => {
  expect(sortText({ by: "name", descending: false }, "name")).toBe(null);
  const others = [{ by: "name", descending: true }, { by: "cpu", descending: false }] as const;
  for (const sort of others) {
    expect(parseSort(sortText(sort, "name"), sorts, "name")).toEqual(sort);
  }
});
