import { beforeEach, expect, test } from "bun:test";
import { newDetail } from "../src/stores/fleet";
import { Look } from "../src/stores/look";
import type { Delta, Snapshot } from "../src/stores/messages";

const A = "guest:lab/100";
const B = "guest:lab/101";
const FIELDS = ["h", "id", "status", "sampled", "cpu"];

let sent: Record<string, unknown>[];
let later: { after: number; action: () => void } | null;
let cleared: number;
let detail: ReturnType<typeof newDetail>;
let look: Look;

const focus = (resource: string) => ({ type: "focus", resource });
const snapshot = (id: string, generation: number, rows: unknown[][] = []): Snapshot => ({
  type: "snapshot", ts: 0, stream: `resource/${id}`, epoch: "e1", generation, part: 1, parts: 1,
  fields: FIELDS, rows,
});
const delta = (id: string, since: number, rest: Partial<Delta> = {}): Delta => ({
  type: "delta", ts: 0, stream: `resource/${id}`, generation: since + 1, since, ...rest,
});
const row = (id: string, cpu: number) => [0, id, "running", 1000, cpu];

beforeEach(() => {
  sent = [];
  later = null;
  cleared = 0;
  detail = newDetail();
  look = new Look(detail, {
    after(milliseconds, action) {
      const timer = { after: milliseconds, action };
      later = timer;
      return () => void (later === timer && (later = null));
    },
    send: (command) => sent.push(command as Record<string, unknown>),
    onClear: () => cleared++,
  });
});

test("looks at one, then at another, then at none", () => {
  look.at(A);
  look.at(A);
  expect(look.take(snapshot(A, 0, [row(A, 5)]))).toBe(true);
  expect(detail.column("cpu")[detail.slotOf(A)]).toBe(5);
  look.at(B);
  expect([detail.slotOf(A), detail.epoch, cleared]).toEqual([-1, "", 1]);
  look.at(null);
  expect(sent).toEqual([focus(A), focus(B), { type: "unfocus" }]);
});

test("what is late of an earlier look is passed over", () => {
  look.at(A);
  look.take(snapshot(A, 0));
  look.at(B);
  expect(look.take(delta(A, 0, { set: [{ h: 0, id: A }] }))).toBe(false);
  look.at(A);
  // Of the first look: its snapshot is on its way again.
  expect(look.take(delta(A, 0, { set: [{ h: 0, id: A }] }))).toBe(false);
  expect(sent).toEqual([focus(A), focus(B), focus(A)]);
  expect(look.take(snapshot(A, 7, [row(A, 9)]))).toBe(true);
  expect(look.take(delta(A, 7, { fields: ["h", "cpu"], rows: [[0, 11]] }))).toBe(true);
  expect(detail.column("cpu")[detail.slotOf(A)]).toBe(11);
});

test("a delta that is missing has the whole row asked for, once", () => {
  look.at(A);
  look.take(snapshot(A, 3, [row(A, 5)]));
  expect([look.take(delta(A, 5)), look.take(delta(A, 6))]).toEqual([false, false]);
  expect(sent).toEqual([focus(A), focus(A)]);
});

test("another hello begins anew: nothing of the server before is kept", () => {
  look.at(A);
  look.take(snapshot(A, 3, [row(A, 5)]));
  look.greet();
  expect([detail.slotOf(A), sent.length]).toEqual([-1, 2]);
  look.at(null);
  look.greet();
  expect(sent.filter(({ type }) => type === "focus").length).toBe(2);
});

for (const code of ["too_many", "unknown_resource"]) {
  test(`refused as ${code} it is tried again, until it is had`, () => {
    look.at(A);
    expect(look.refuse(code)).toBe(true);
    expect(look.refusal()).toBe(code);
    expect(later!.after).toBe(5000);
    later!.action();
    expect(sent).toEqual([focus(A), focus(A)]);
    expect(look.refuse(code)).toBe(true);
    look.take(snapshot(A, 0));
    expect([look.refusal(), later]).toEqual([null, null]);
  });
}

test("what has no details is not asked for them again", () => {
  look.at("host:a");
  look.refuse("no_details");
  expect([look.refusal(), later]).toEqual(["no_details", null]);
});

test("a refusal that comes late takes nothing away, and one of something else is none", () => {
  look.at(A);
  look.take(snapshot(A, 0, [row(A, 5)]));
  expect([look.refuse("unknown_resource"), look.refusal(), later]).toEqual([true, null, null]);
  expect(look.refuse("malformed")).toBe(false);
  look.at(B);
  look.refuse("too_many");
  look.at(null);
  expect([look.refusal(), later]).toEqual([null, null]);
  expect(look.refuse("too_many")).toBe(true);
  expect(look.refusal()).toBe(null);
});
