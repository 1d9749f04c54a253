import { expect, test } from "bun:test";
import { Watch, isNear } from "../src/stores/watch";

const limits = { warn: 80 };

/** The severities that a figure has over the looks at it, one every two seconds. */
function severities(values: readonly number[]): (string | null)[] {
  const watch = new Watch();
  return values.map((value, at) => {
    watch.look(at * 2000);
    return watch.exceeds("cpu", value, limits)?.severity ?? null;
  });
}

test("what holds at the first look is told at once, and that it may be older", () => {
  const watch = new Watch();
  watch.look(1000);
  const entry = watch.holds("down", "crit");
  expect(entry.since).toBe(1000);
  expect(entry.isOlder).toBe(true);
});

test("a figure that rises later is told after five seconds, with its beginning", () => {
  expect(severities([10, 85, 85, 85, 85])).toEqual([null, null, null, null, "warn"]);
  const watch = new Watch();
  const since = [0, 1000, 3000, 6000].map((now) => {
    watch.look(now);
    return watch.exceeds("cpu", now === 0 ? 10 : 85, limits)?.since ?? null;
  });
  expect(since).toEqual([null, null, null, 1000]);
});

test("what somebody else has judged is told at once, with its beginning", () => {
  const watch = new Watch();
  watch.look(0);
  for (const now of [1000, 9000]) {
    watch.look(now);
    const { since, isOlder } = watch.holds("down", "crit");
    expect([since, isOlder]).toEqual([1000, false]);
  }
});

test("only what waits for its five seconds is pending", () => {
  const watch = new Watch();
  const pending = [10, 85, 85, 85, 85, 10].map((value, at) => {
    watch.look(at * 2000);
    watch.exceeds("cpu", value, limits);
    return watch.isPending;
  });
  expect(pending).toEqual([false, true, true, true, false, false]);
});

test("a spike is not told at all", () => {
  expect(severities([10, 99, 10, 99, 10, 99])).toEqual([null, null, null, null, null, null]);
});

test("a figure is well again five points below its limit, not before", () => {
  expect(severities([80, 76, 75.1, 75, 80])).toEqual(["warn", "warn", "warn", null, null]);
});

test("critical is ten points above the warning, and has its own way down", () => {
  expect(severities([90, 86, 85, 79.9, 90])).toEqual(["crit", "crit", "warn", "warn", "crit"]);
});

test("near the top critical is 99", () => {
  const watch = new Watch();
  watch.look(0);
  expect(watch.exceeds("full", 98.9, { warn: 92 })?.severity ?? "").toBe("warn");
  expect(watch.exceeds("fuller", 99, { warn: 92 })?.severity ?? "").toBe("crit");
});

test("what is not near its limit is well, whatever it was before", () => {
  for (const before of [10, 85, 99]) {
    for (let value = 60; value <= 100; value += 0.25) {
      const told = severities([before, value])[1] !== null;
      expect([value, !told || isNear(value, limits)]).toEqual([value, true]);
    }
  }
  expect([75, 74.9, NaN].map((value) => isNear(value, limits))).toEqual([false, false, false]);
  expect(isNear(75.1, limits)).toBe(true);
});

test("the unknown is not wrong", () => {
  expect(severities([NaN, NaN])).toEqual([null, null]);
});
