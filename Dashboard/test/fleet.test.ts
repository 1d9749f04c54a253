import { expect, test } from "bun:test";
import { effect } from "rx";
import { newGuests, newHosts } from "../src/stores/fleet";
import type { Delta, Snapshot } from "../src/stores/messages";

const FIELDS = ["h", "id", "name", "status", "cpu", "mem"];
const snapshot = (
  generation: number,
  rows: unknown[][],
  rest: Partial<Snapshot> = {},
): Snapshot => ({
  type: "snapshot", ts: 0, stream: "hosts", epoch: "e1", generation, part: 1, parts: 1,
  fields: FIELDS, rows, ...rest,
});
const delta = (since: number, rest: Partial<Delta>): Delta => ({
  type: "delta", ts: 0, stream: "hosts", generation: since + 1, since, fields: ["h"], ...rest,
});
const two = () => {
  const hosts = newHosts();
  const rows = [[0, "host:a", "a", "online", 1.5, 100], [1, "host:b", "b", "online", null, 200]];
  hosts.apply(snapshot(5, rows));
  hosts.publish();
  return hosts;
};
const slotOf = (hosts: ReturnType<typeof newHosts>, id: string) =>
  hosts.slots().find((slot) => hosts.fact(slot, "id") === id) ?? -1;

test("a snapshot fills the columns; null and what it leaves out are unknown", () => {
  const hosts = two();
  const [a, b] = [slotOf(hosts, "host:a"), slotOf(hosts, "host:b")];
  expect([hosts.figure(a, "cpu"), hosts.figure(b, "cpu")]).toEqual([1.5, NaN]);
  expect([hosts.figure(a, "swap"), hosts.fact(a, "kernel")]).toEqual([NaN, null]);
  expect([hosts.epoch, hosts.generation]).toEqual(["e1", 5]);
});

test("a delta changes only the columns it names, of the rows it names", () => {
  const hosts = two();
  expect(hosts.apply(delta(5, { fields: ["h", "cpu"], rows: [[1, 40]] }))).toBe("applied");
  const [a, b] = [slotOf(hosts, "host:a"), slotOf(hosts, "host:b")];
  expect([hosts.figure(a, "cpu"), hosts.figure(b, "cpu"), hosts.figure(b, "mem")]).toEqual([
    1.5, 40, 200,
  ]);
  expect(hosts.generation).toBe(6);
});

test("a figure can become unknown again", () => {
  const hosts = two();
  hosts.apply(delta(5, { fields: ["h", "cpu"], rows: [[0, null]] }));
  expect(hosts.figure(slotOf(hosts, "host:a"), "cpu")).toBe(NaN);
});

test("a delta that does not follow is a gap and changes nothing", () => {
  const hosts = two();
  expect(hosts.apply(delta(6, { fields: ["h", "cpu"], rows: [[0, 99]] }))).toBe("gap");
  expect([hosts.figure(slotOf(hosts, "host:a"), "cpu"), hosts.generation]).toEqual([1.5, 5]);
});

test("a delta before any snapshot, or for a row that nobody introduced, is a gap", () => {
  expect(newHosts().apply(delta(0, {}))).toBe("gap");
  expect(two().apply(delta(5, { fields: ["h", "cpu"], rows: [[9, 1]] }))).toBe("gap");
});

test("a resource that is set for the first time is there, with its figures", () => {
  const hosts = two();
  const set = [{ h: 2, id: "host:c", name: "c" }];
  expect(hosts.apply(delta(5, { set, fields: ["h", "cpu"], rows: [[2, 7]] }))).toBe("applied");
  const c = slotOf(hosts, "host:c");
  expect([hosts.fact(c, "name"), hosts.figure(c, "cpu"), hosts.figure(c, "mem")]).toEqual([
    "c", 7, NaN,
  ]);
});

test("a fact that is set changes; the others stay", () => {
  const hosts = two();
  hosts.apply(delta(5, { set: [{ h: 0, status: "offline" }] }));
  const a = slotOf(hosts, "host:a");
  expect([hosts.fact(a, "status"), hosts.fact(a, "name"), hosts.figure(a, "cpu")]).toEqual([
    "offline", "a", 1.5,
  ]);
});

test("what is gone is gone, and its slot and handle start afresh", () => {
  const hosts = two();
  const adopted: number[] = [];
  hosts.onAdopt = (slot) => adopted.push(slot);
  const freed = slotOf(hosts, "host:a");
  hosts.apply(delta(5, { gone: [0] }));
  expect(hosts.slots().length).toBe(1);
  hosts.apply(delta(6, { set: [{ h: 0, id: "host:z", name: "z" }] }));
  expect([slotOf(hosts, "host:z"), hosts.figure(freed, "cpu")]).toEqual([freed, NaN]);
  expect(adopted).toEqual([freed]);
});

test("a snapshot in parts takes effect with the last part", () => {
  const hosts = two();
  const rows = [[0, "host:a", "a", "online", 9, 9]];
  expect(hosts.apply(snapshot(8, rows, { part: 1, parts: 2 }))).toBe("partial");
  expect(hosts.slots().length).toBe(2);
  const rest = [[3, "host:d", "d", "online", 1, 1]];
  expect(hosts.apply(snapshot(8, rest, { part: 2, parts: 2 }))).toBe("applied");
  expect(hosts.slots().map((slot) => hosts.fact(slot, "name")).sort()).toEqual(["a", "d"]);
});

test("parts that do not belong together are a gap", () => {
  const hosts = newHosts();
  expect(hosts.apply(snapshot(8, [], { part: 2, parts: 2 }))).toBe("gap");
  hosts.apply(snapshot(8, [], { part: 1, parts: 2 }));
  expect(hosts.apply(snapshot(9, [], { part: 2, parts: 2 }))).toBe("gap");
});

test("a resource keeps its slot across epochs, under a new handle", () => {
  const hosts = two();
  const b = slotOf(hosts, "host:b");
  hosts.apply(snapshot(1, [[0, "host:b", "b", "online", 3, 4]], { epoch: "e2" }));
  expect([slotOf(hosts, "host:b"), hosts.figure(b, "cpu"), hosts.epoch]).toEqual([b, 3, "e2"]);
  hosts.apply(delta(1, { fields: ["h", "cpu"], rows: [[0, 5]] }));
  expect(hosts.figure(b, "cpu")).toBe(5);
});

test("the columns grow with the fleet", () => {
  const hosts = newHosts();
  const rows = Array.from({ length: 500 }, (_, h) => [h, `host:${h}`, `n${h}`, "online", h, h]);
  hosts.apply(snapshot(1, rows));
  expect(hosts.figure(slotOf(hosts, "host:499"), "mem")).toBe(499);
  expect(hosts.figure(slotOf(hosts, "host:3"), "cpu")).toBe(3);
});

test("the page is told once per publish, and of facts only when facts changed", () => {
  const hosts = two();
  let [figures, facts] = [0, 0];
  const ends = [
    effect(() => {
      hosts.rev();
      figures++;
    }),
    effect(() => {
      hosts.topo();
      facts++;
    }),
  ];
  hosts.apply(delta(5, { fields: ["h", "cpu"], rows: [[0, 2]] }));
  hosts.apply(delta(6, { fields: ["h", "cpu"], rows: [[0, 3]] }));
  expect([figures, facts]).toEqual([1, 1]);
  hosts.publish();
  expect([figures, facts]).toEqual([2, 1]);
  hosts.apply(delta(7, { set: [{ h: 0, name: "aa" }] }));
  hosts.publish();
  expect([figures, facts]).toEqual([3, 2]);
  ends.forEach((end) => end());
});

test("fields that this page does not know are passed over", () => {
  const hosts = newHosts();
  const fields = ["h", "id", "name", "new", "cpu"];
  hosts.apply(snapshot(1, [[0, "host:a", "a", 1, 2]], { fields }));
  hosts.apply(delta(1, { fields: ["h", "newer"], rows: [[0, 1]], set: [{ h: 0, newest: 1 }] }));
  expect(hosts.figure(slotOf(hosts, "host:a"), "cpu")).toBe(2);
});

test("a stream that is gone leaves nothing behind", () => {
  const hosts = two();
  hosts.clear();
  hosts.publish();
  expect([hosts.slots().length, hosts.epoch, hosts.generation]).toEqual([0, "", 0]);
  hosts.apply(snapshot(1, [[0, "host:c", "c", "online", 1, 2]]));
  expect(hosts.slots().map((slot) => hosts.fact(slot, "name"))).toEqual(["c"]);
});

test("a slot that is used again keeps nothing of who had it before, and says so", () => {
  const hosts = two();
  const adopted: number[] = [];
  hosts.onAdopt = (slot) => adopted.push(slot);
  const a = slotOf(hosts, "host:a");
  hosts.apply(delta(5, { gone: [0], set: [{ h: 2, id: "host:c", name: "c" }] }));
  expect([slotOf(hosts, "host:c"), adopted]).toEqual([a, [a]]);
  expect([hosts.figure(a, "cpu"), hosts.fact(a, "status")]).toEqual([NaN, null]);
});

test("guests carry lists, words and yes or no beside their figures", () => {
  const guests = newGuests();
  const fields = ["h", "id", "vmid", "tags", "template", "lock", "boot", "cpu"];
  const row = [0, "guest:lab/100", 100, ["prod", "web"], true, null, null, 0];
  guests.apply({ ...snapshot(1, [row], { fields }), stream: "guests" });
  const slot = guests.slots()[0]!;
  expect(guests.fact(slot, "tags")).toEqual(["prod", "web"]);
  expect([guests.fact(slot, "template"), guests.fact(slot, "lock")]).toEqual([true, null]);
  expect([guests.figure(slot, "vmid"), guests.figure(slot, "boot"), guests.figure(slot, "cpu")])
    .toEqual([100, NaN, 0]);
});
