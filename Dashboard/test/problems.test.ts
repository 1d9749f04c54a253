import { beforeEach, expect, test } from "bun:test";
import { effect } from "rx";
import { isWhole, placeIn, problemCount, problems, showWhole } from "../src/stores/problems";
import { problems as table, remotes, summary } from "../src/stores/session";
import type { Delta, Snapshot } from "../src/stores/messages";

interface Table {
  apply(message: Snapshot | Delta): unknown;
  publish(): void;
}

/** Publishes what the server says of a stream. */
function tell(stream: Table, fields: string[], ...rows: unknown[][]): void {
  stream.apply({
    type: "snapshot", ts: 0, stream: "any", epoch: "e", generation: 1, part: 1, parts: 1,
    fields: ["h", "id", ...fields],
    rows: rows.map((row, h) => [h, ...row]),
  });
  stream.publish();
}

const summarise = (worst: unknown[], crit = 0, warn = 0, cpu = 0) =>
  tell(summary, ["worst", "crit", "warn", "cpu"], ["summary", worst, crit, warn, cpu]);
const list = (...rows: unknown[][]) =>
  tell(
    table,
    ["severity", "rank", "resource", "name", "words", "since", "older"],
    ...rows,
  );
const lines = () => problems().map(({ subject, words }) => `${subject} ${words}`);

beforeEach(() => {
  showWhole(false);
  summarise([]);
  table.clear();
  table.publish();
  tell(remotes, ["name"], ["remote:lab", "lab"]);
});

test("the worst are what the server's summary says, in its order", () => {
  summarise(
    [
      ["crit", "remote:lab", "lab", "does not answer", 5000, false],
      ["warn", "host:a", null, "uses 83 % of its CPU", 9000, true],
    ],
    1, 6,
  );
  expect(lines()).toEqual(["lab does not answer", "unnamed uses 83 % of its CPU"]);
  expect(problems().map(({ id, severity, since, isOlder }) => [id, severity, since, isOlder]))
    .toEqual([["remote:lab", "crit", 5000, false], ["host:a", "warn", 9000, true]]);
  expect(problemCount()).toBe(7);
});

test("a summary that counts anew and says the same wakes nobody who reads the problems", () => {
  let looks = 0;
  const stop = effect(() => {
    problems();
    looks++;
  });
  summary.apply({
    type: "delta", ts: 0, stream: "summary", generation: 2, since: 1, fields: ["h", "nodes"],
    rows: [[0, 7]],
  });
  summary.publish();
  expect(looks).toBe(1);
  stop();
});

test("a problem keeps its key while its words change, and two that began together differ", () => {
  const cpu = (words: string) => ["warn", "host:a", "a", words, 9000, false];
  const disk = ["warn", "host:a", "a", "has / 93 % full", 9000, false];
  summarise([cpu("uses 83 % of its CPU"), disk]);
  const before = problems().map(({ key }) => key);
  summarise([cpu("uses 84 % of its CPU"), disk]);
  expect(problems().map(({ key }) => key)).toEqual(before);
  expect(new Set(before).size).toBe(2);
});

test("all are listed only once they have come, the worst first", () => {
  summarise([["crit", "host:b", "b", "does not report", 1, false]], 1, 2);
  list(
    ["p1", "warn", 6, "host:b10", "b10", "is hot", 4, false],
    ["p2", "warn", 6, "host:b9", "b9", "is hot", 3, true],
    ["p3", "crit", 3, "host:b", "b", "does not report", 1, false],
    ["p4", "warn", 5, "host:z", "z", "is full", 2, false],
  );
  expect(lines()).toEqual(["b does not report"]);
  showWhole(true);
  expect(isWhole()).toBe(true);
  expect(lines()).toEqual(["b does not report", "z is full", "b9 is hot", "b10 is hot"]);
  expect(problems()[2]!.isOlder).toBe(true);
  showWhole(false);
  expect(lines()).toEqual(["b does not report"]);
});

test("a name says its place where several remotes may have it", () => {
  const ids = [
    "node:lab/pve1", "guest:lab/100", "storage:lab/pve1/local", "storage:lab/nas", "host:x/y",
    "remote:lab",
  ];
  expect(ids.map(placeIn)).toEqual(["", "", "pve1", "", "", ""]);
  tell(remotes, ["name"], ["remote:lab", "lab"], ["remote:prod", "prod"]);
  expect(ids.map(placeIn)).toEqual(["lab", "lab", "lab/pve1", "lab", "", ""]);
  summarise([["crit", "node:lab/pve2", "pve2", "is offline", 1, false]]);
  expect(lines()).toEqual(["pve2 (lab) is offline"]);
});
