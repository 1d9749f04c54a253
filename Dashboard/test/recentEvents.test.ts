import { expect, test } from "bun:test";
import { effect } from "rx";
import { recentCount, recentEvents, wordsOf } from "../src/stores/recentEvents";
import { events } from "../src/stores/session";

const FIELDS = [
  "h", "id", "at", "kind", "resource", "type", "name", "remote", "node", "from", "to",
];

/** Publishes events as the server tells of them. */
function tell(generation: number, rows: unknown[][]): void {
  events.apply({
    type: "snapshot", ts: 0, stream: "events", epoch: "e", generation, part: 1, parts: 1,
    fields: FIELDS, rows,
  });
  events.publish();
}

const row = (number: number, minutesAgo: number, kind = "stopped") => [
  number, `event:${number}`, Date.now() - minutesAgo * 60_000, kind, "guest:lab/100", "guest",
  "web", "lab", "n1", null, null,
];

test("the newest of the last quarter of an hour are told, in the order in which they were", () => {
  tell(1, [row(1, 40), row(9, 3), row(10, 2), row(2, 14)]);
  expect(recentCount()).toBe(3);
  expect(recentEvents(2).map((event) => event.key)).toEqual(["event:10", "event:9"]);
  expect(recentEvents(9).map((event) => event.key)).toEqual(["event:10", "event:9", "event:2"]);
});

test("nothing is told when all that happened is old", () => {
  tell(2, [row(1, 40), row(2, 16)]);
  expect([recentCount(), recentEvents(5).length]).toEqual([0, 0]);
});

test("what a clock noted that was set back since does not hide the news", () => {
  tell(6, [row(1, -60), row(2, -50), row(3, 1)]);
  expect(recentEvents(5).map((event) => event.key)).toEqual(["event:3"]);
});

test("what is gone cannot be opened, and the rest can", () => {
  tell(3, [row(1, 2, "vanished"), row(2, 1, "started")]);
  expect(recentEvents(5).map(({ opens, words }) => [opens, words])).toEqual([
    ["guest:lab/100", "was started"], [null, "vanished"],
  ]);
});

test("a tick in which nothing happened wakes nobody who reads the news", () => {
  tell(4, [row(1, 1)]);
  let looks = 0;
  effect(() => {
    recentEvents(5);
    looks++;
  });
  events.apply({
    type: "delta", ts: 0, stream: "events", generation: 5, since: 4, fields: ["h"], rows: [],
  });
  events.publish();
  expect(looks).toBe(1);
});

test("every kind has its words, and one that only a newer server knows has its own", () => {
  expect(wordsOf("migrated", "guest", "pve1", "pve2")).toBe("moved from pve1 to pve2");
  expect(wordsOf("lost", "remote", null, "it refuses connections"))
    .toBe("stopped answering: it refuses connections");
  expect(wordsOf("lost", "node", null, null)).toBe("went offline");
  expect(wordsOf("back", "storage", null, null)).toBe("came back within reach");
  expect(wordsOf("changed", "guest", "running", "paused")).toBe("went from running to paused");
  expect(wordsOf("eaten" as "back", "guest", null, null)).toBe("eaten");
});
