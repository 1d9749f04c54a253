import { expect, test } from "bun:test";
import { MetricsHistory, SAMPLES } from "../src/stores/metricsHistory";

const TICK = 2000;
const START = 1_700_000_000_000;
type Metric = "cpu" | "mem";

/** Records `values` of slot 0 at the given ticks. */
function recorded(...samples: [tick: number, value: number][]) {
  const history = new MetricsHistory<Metric>(["cpu", "mem"]);
  for (const [tick, value] of samples) history.record(START + tick * TICK, TICK, [0], () => value);
  return history;
}
const last = (history: MetricsHistory<Metric>, count: number) => [
  ...history.series(0, "cpu").slice(SAMPLES - count),
];

test("grows from the right, one sample a tick", () => {
  const history = recorded([0, 10], [1, 20], [2, 30]);
  expect(last(history, 4)).toEqual([NaN, 10, 20, 30]);
});

test("keeps the last 60 samples", () => {
  const history = recorded(...Array.from({ length: 75 }, (_, i): [number, number] => [i, i]));
  expect([...history.series(0, "cpu")]).toEqual(Array.from({ length: SAMPLES }, (_, i) => i + 15));
});

test("a second sample of one tick replaces the first", () => {
  expect(last(recorded([0, 1], [1, 2], [1, 3]), 3)).toEqual([NaN, 1, 3]);
});

test("ticks in which nothing changed repeat what was", () => {
  expect(last(recorded([0, 5], [3, 6]), 5)).toEqual([NaN, 5, 5, 5, 6]);
});

test("a longer silence is a hole, and nothing older than two minutes comes back", () => {
  expect(last(recorded([0, 5], [1, 5], [7, 6]), 8)).toEqual([5, 5, NaN, NaN, NaN, NaN, NaN, 6]);
  expect(last(recorded([0, 5], [500, 6]), 3)).toEqual([NaN, NaN, 6]);
});

test("a clock that is set back starts a new history", () => {
  expect(last(recorded([100, 5], [3, 6]), 3)).toEqual([NaN, NaN, 6]);
});

test("slots are apart, grow with the fleet, and can be cleared", () => {
  const history = new MetricsHistory<Metric>(["cpu", "mem"]);
  history.record(START, TICK, [0, 1], (slot, metric) => slot * 10 + (metric === "mem" ? 1 : 0));
  history.record(START + TICK, TICK, [0, 1, 90], (slot) => slot);
  const end = (slot: number, metric: Metric) => history.series(slot, metric).at(-1);
  expect([end(0, "cpu"), end(1, "mem"), end(90, "cpu")]).toEqual([0, 1, 90]);
  expect(history.series(1, "mem").at(-2)).toBe(11);
  history.clear(1);
  expect([end(1, "cpu"), end(0, "mem")]).toEqual([NaN, 0]);
});

test("a resource that is not sampled leaves a hole, not its last value", () => {
  const history = recorded([0, 5]);
  history.record(START + TICK, TICK, [], () => 1);
  expect(last(history, 2)).toEqual([5, NaN]);
});
