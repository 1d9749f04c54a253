import { afterEach, expect, setSystemTime, test } from "bun:test";
import { signal } from "rx";
import { TableView } from "../src/stores/tableView";

const ROWS = [
  { id: "a", kind: "x", cpu: 10 },
  { id: "b", kind: null, cpu: 30 },
  { id: "c", kind: "y", cpu: 20 },
  { id: "d", kind: "x", cpu: 20 },
];

function view() {
  const cpu = ROWS.map((row) => row.cpu);
  const [rev, setRev] = signal(0);
  const table = new TableView<"name" | "cpu", "kind">({
    sorts: ["name", "cpu"],
    groups: ["kind"],
    first: "name",
    live: new Set(["cpu"] as const),
    largestFirst: new Set(["cpu"] as const),
    rev,
    matching: () => Int32Array.from(ROWS.keys()),
    ids: () => ROWS.map((row) => row.id),
    coldKeys: () => Float64Array.from(ROWS.keys()),
    liveKey: (slot) => cpu[slot]!,
    ties: () => [],
    groupOf: (slot) => ROWS[slot]!.kind,
  });
  const shown = () =>
    [...table.lines()].map((_, position) => table.keyAt(position)).join(" ");
  return { table, cpu, shown, move: () => setRev(rev() + 1) };
}

test("rows are grouped by name, those of no group last, each in the order of the table", () => {
  const { table, shown } = view();
  table.setGroup("kind");
  expect(shown()).toBe("group:x a d group:y c group:null b");
  table.sortBy("cpu");
  expect(shown()).toBe("group:x d a group:y c group:null b");
});

test("a folded group keeps its head, and unfolds again", () => {
  const { table, shown } = view();
  table.setGroup("kind");
  table.fold("x");
  expect(shown()).toBe("group:x group:y c group:null b");
  expect(table.heads()[0]!.slots).toEqual([0, 3]);
  table.fold("x");
  expect(shown()).toBe("group:x a d group:y c group:null b");
});

test("a line is found by its key, and what isn't shown is nowhere", () => {
  const { table } = view();
  table.setGroup("kind");
  table.fold("y");
  expect(table.positionOf("d")).toBe(2);
  expect(table.positionOf("group:y")).toBe(3);
  expect(table.positionOf("c")).toBe(-1);
  expect(table.positionOf("nobody")).toBe(-1);
});

test("a column sorts the largest first where that is looked for, then the other way round", () => {
  const { table, shown } = view();
  table.sortBy("cpu");
  expect(shown()).toBe("b c d a");
  table.sortBy("cpu");
  expect(shown()).toBe("a c d b");
});

/** Sorts by a figure, and lets time pass with what changes in it. */
function moving() {
  const { table, cpu, shown, move } = view();
  table.start();
  table.sortBy("cpu");
  expect(shown()).toBe("b c d a");
  const pass = (milliseconds: number, first: number) => {
    setSystemTime(Date.now() + milliseconds);
    cpu[0] = first;
    move();
    return shown();
  };
  return { table, shown, pass };
}

afterEach(() => setSystemTime());

test("figures that move don't move the rows before five seconds have passed, and then do", () => {
  const { pass } = moving();
  expect(pass(1000, 99)).toBe("b c d a");
  expect(pass(3900, 99)).toBe("b c d a");
  expect(pass(200, 99)).toBe("a b c d");
  expect(pass(200, 1)).toBe("a b c d");
});

test("nothing moves while somebody is at the rows, and all of it once they have gone", () => {
  const { table, shown, pass } = moving();
  table.hold("pointer", true);
  table.hold("focus", true);
  expect(pass(9000, 99)).toBe("b c d a");
  table.hold("pointer", false);
  expect(pass(9000, 99)).toBe("b c d a");
  table.hold("focus", false);
  expect(shown()).toBe("a b c d");
});
