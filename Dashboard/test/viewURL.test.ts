import { expect, test } from "bun:test";
import { parseSort, parametersOf } from "../src/stores/viewURL";

test("a sort is a column, after a minus the other way round", () => {
  expect(parseSort("cpu")).toEqual({ by: "cpu", descending: false });
  expect(parseSort("-cpu")).toEqual({ by: "cpu", descending: true });
});

test("what no column is called is the plain order", () => {
  for (const text of [null, "", "-", "-nonsense", "--cpu"]) {
    expect(parseSort(text)).toEqual({ by: "name", descending: false });
  }
});

test("the plain view leaves no trace", () => {
  expect(parametersOf(" ", { by: "name", descending: false })).toEqual({ q: null, sort: null });
  expect(parametersOf(" web -db", { by: "mem", descending: true })).toEqual({
    q: "web -db", sort: "-mem",
  });
});
