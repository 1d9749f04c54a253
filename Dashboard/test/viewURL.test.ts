import { expect, test } from "bun:test";
import { parseSort, searchOf } from "../src/stores/viewURL";

test("a sort is a column, after a minus the other way round", () => {
  expect(parseSort("cpu")).toEqual({ by: "cpu", descending: false });
  expect(parseSort("-cpu")).toEqual({ by: "cpu", descending: true });
});

test("what no column is called is the plain order", () => {
  for (const text of [null, "", "-", "-nonsense", "--cpu"]) {
    expect(parseSort(text)).toEqual({ by: "name", descending: false });
  }
});

test("the plain view leaves no trace, and what isn't ours stays", () => {
  const plain = { by: "name", descending: false } as const;
  expect(searchOf("?q=old&sort=-cpu", " ", plain)).toBe("");
  expect(searchOf("?other=1&q=old", "web -db", { by: "mem", descending: true })).toBe(
    "?other=1&q=web+-db&sort=-mem",
  );
});
