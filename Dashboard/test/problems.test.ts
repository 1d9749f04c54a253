import { expect, test } from "bun:test";
import { effect } from "rx";
import { problems } from "../src/stores/problems";
import { hosts } from "../src/stores/session";

const FIELDS = ["h", "id", "name", "status", "cpu"];

/** Publishes one host as the server tells of it. */
function tell(generation: number, status: string, cpu: number): void {
  hosts.apply({
    type: "snapshot", ts: 0, stream: "hosts", epoch: "e", generation, part: 1, parts: 1,
    fields: FIELDS, rows: [[0, "host:a", "a", status, cpu]],
  });
  hosts.publish();
}

test("figures that move and are well wake nobody who reads the problems", () => {
  let looks = 0;
  const words = () => problems().map((each) => `${each.subject} ${each.words}`).join();
  effect(() => {
    problems();
    looks++;
  });
  for (const [at, cpu] of [10, 20, 30].entries()) tell(at, "online", cpu);
  expect([looks, words()]).toEqual([1, ""]);
  tell(3, "offline", 30);
  expect([looks, words()]).toEqual([2, "a does not report"]);
  tell(4, "online", 30);
  tell(5, "online", 40);
  expect([looks, words()]).toEqual([3, ""]);
});
