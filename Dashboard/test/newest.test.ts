import { beforeEach, expect, test } from "bun:test";
import { newDetail, newGuests } from "../src/stores/fleet";
import { Newest } from "../src/stores/newest";

const ID = "guest:lab/100";

let guests: ReturnType<typeof newGuests>;
let detail: ReturnType<typeof newDetail>;
let newest: Newest<"cpu" | "mem" | "netIn" | "diskTotal">;

/** Gives a table its only row. */
const tell = (table: typeof guests | typeof detail, row: Record<string, unknown>) => {
  const fields = Object.entries({ h: 0, id: ID, ...row });
  table.apply({
    type: "snapshot", ts: 0, stream: "", epoch: "e1", generation: 1, part: 1, parts: 1,
    fields: fields.map(([name]) => name), rows: [fields.map(([, value]) => value)],
  });
  table.publish();
};
const list = (row: Record<string, unknown> = {}) =>
  tell(guests, {
    status: "running", sampled: 5000, cpu: 10, mem: 100, netIn: 7, diskTotal: 900, stale: false,
    ...row,
  });
const ask = (row: Record<string, unknown>) =>
  tell(detail, { type: "lxc", status: "running", error: null, ...row });

beforeEach(() => {
  guests = newGuests();
  detail = newDetail();
  list();
  newest = new Newest(detail, guests, 0);
});

test("before it has said anything itself, its row says all", () => {
  ask({ sampled: null, type: null, status: null });
  expect([newest.figure(0, "cpu"), newest.status(), newest.isAsked()])
    .toEqual([10, "running", false]);
  detail.clear();
  detail.publish();
  expect([newest.figure(0, "cpu"), newest.error(), newest.list("drives")]).toEqual([10, null, []]);
});

test("what it says itself is shown while it is newer, and its row has the rest", () => {
  ask({ sampled: 7000, cpu: 20, netIn: null, status: "paused", drives: [["scsi0", 1, 2]] });
  expect(newest.figure(0, "cpu")).toBe(20);
  expect([newest.figure(0, "netIn"), newest.figure(0, "diskTotal")]).toEqual([7, 900]);
  expect([newest.figure(0, "sampled" as "cpu"), newest.status()]).toEqual([7000, "paused"]);
  expect(newest.list("drives")).toEqual([["scsi0", 1, 2]]);
  // The row says when it was polled: the sample may be older than the answer.
  list({ sampled: 9000, cpu: 30, status: "running" });
  expect([newest.figure(0, "cpu"), newest.status(), newest.isAsked()])
    .toEqual([20, "paused", true]);
  list({ sampled: 17_001, cpu: 30, status: "stopped" });
  expect([newest.figure(0, "cpu"), newest.status(), newest.isAsked()])
    .toEqual([30, "stopped", false]);
});

test("where the row was never sampled, what it says itself is newer", () => {
  list({ sampled: null, cpu: null });
  ask({ sampled: 1, cpu: 3 });
  expect(newest.figure(0, "cpu")).toBe(3);
});

test("what could not be asked the last time stays, with the reason, until the row is newer", () => {
  ask({ sampled: 7000, cpu: 20, status: "paused", error: "it does not answer" });
  expect([newest.figure(0, "cpu"), newest.isAsked(), newest.status(), newest.error()])
    .toEqual([20, false, "running", "it does not answer"]);
  expect(newest.isOwn()).toBe(true);
  list({ sampled: 7001, cpu: 30 });
  expect([newest.figure(0, "cpu"), newest.isOwn()]).toEqual([30, false]);
});

test("of a virtual machine that the list has lost sight of, its state is the list's", () => {
  list({ status: "unknown", stale: true });
  ask({ sampled: 7000 });
  expect(newest.status()).toBe("unknown");
});

test("the memory of a virtual machine is its row's, that of a container its own", () => {
  ask({ sampled: 7000, mem: 500 });
  expect(newest.figure(0, "mem")).toBe(500);
  ask({ sampled: 7000, mem: 500, type: "qemu" });
  expect(newest.figure(0, "mem")).toBe(100);
});
