import { describe, expect, test } from "bun:test";
import { SAMPLES } from "../src/format/line";
import { MetricsHistory, PERCENT } from "../src/stores/metricsHistory";

const TICK = 2000;
const START = 1_700_000_000_000;
type Metric = "cpu" | "mem";

/** Since when the server was heard: from the first tick on. */
const HEARD = START;
const record = (history: MetricsHistory<Metric>, tick: number, value: number, heard = HEARD) =>
  history.record(START + tick * TICK, TICK, heard, [0], () => value);

/** Records `values` of slot 0 at the given ticks. */
function recorded(...samples: [tick: number, value: number][]) {
  const history = new MetricsHistory<Metric>(["cpu", "mem"]);
  for (const [tick, value] of samples) record(history, tick, value);
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

test("ticks in which the server was not heard are a hole", () => {
  const history = recorded([0, 5], [1, 5]);
  record(history, 7, 6, START + 7 * TICK);
  expect(last(history, 8)).toEqual([5, 5, NaN, NaN, NaN, NaN, NaN, 6]);
});

test("nothing older than two minutes comes back", () => {
  const history = recorded([0, 5]);
  record(history, 500, 6, START + 500 * TICK);
  expect(last(history, 3)).toEqual([NaN, NaN, 6]);
});

test("percent in a byte is right to a fifth, and unknown stays unknown", () => {
  const history = new MetricsHistory<Metric>(["cpu", "mem"], PERCENT);
  for (const [tick, value] of [0, 12.3, 100, 130, NaN].entries()) record(history, tick, value);
  const series = [...history.series(0, "cpu")].slice(-5);
  expect(series[1]!.toFixed(1)).toBe("12.4");
  expect([series[0], series[2], series[3], series[4]]).toEqual([0, 100, 100, NaN]);
});

test("a clock that is set back starts a new history", () => {
  expect(last(recorded([100, 5], [3, 6]), 3)).toEqual([NaN, NaN, 6]);
});

test("slots are apart, grow with the fleet, and can be cleared", () => {
  const history = new MetricsHistory<Metric>(["cpu", "mem"]);
  const sample = (slot: number, metric: Metric) => slot * 10 + (metric === "mem" ? 1 : 0);
  history.record(START, TICK, HEARD, [0, 1], sample);
  history.record(START + TICK, TICK, HEARD, [0, 1, 90], (slot) => slot);
  const end = (slot: number, metric: Metric) => history.series(slot, metric).at(-1);
  expect([end(0, "cpu"), end(1, "mem"), end(90, "cpu")]).toEqual([0, 1, 90]);
  expect(history.series(1, "mem").at(-2)).toBe(11);
  history.clear(1);
  expect([end(1, "cpu"), end(0, "mem")]).toEqual([NaN, 0]);
});

test("a resource that is not sampled leaves a hole, not its last value", () => {
  const history = recorded([0, 5]);
  history.record(START + TICK, TICK, HEARD, [], () => 1);
  expect(last(history, 2)).toEqual([5, NaN]);
});

test("a sample that comes after the next one is put in its place, and wipes nothing", () => {
  const history = recorded([0, 1], [1, 2], [3, 4]);
  record(history, 2, 3);
  expect(last(history, 4)).toEqual([1, 2, 3, 4]);
});

test("ticks of another length start a new history", () => {
  const history = recorded([0, 1], [1, 2]);
  history.record(START + 2 * TICK, TICK / 4, HEARD, [0], () => 3);
  expect(last(history, 3)).toEqual([NaN, NaN, 3]);
});

test("each sample of a series has its time", () => {
  const history = recorded([0, 1], [5, 2]);
  expect(history.timeOf(SAMPLES - 1)).toBe(START + 5 * TICK);
  expect(history.timeOf(SAMPLES - 6)).toBe(START);
});

describe("what the server remembers", () => {
  const end = START + 10 * TICK;
  const before = Array.from({ length: 60 }, (_, at) => at);

  test("fills what was before the first tick, each sample at its time", () => {
    const history = recorded([10, 99]);
    history.fill(0, "cpu", end - TICK, TICK, before);
    expect([...history.series(0, "cpu")]).toEqual([...before.slice(1), 99]);
  });

  test("stays when the next ticks come", () => {
    const history = recorded([10, 99]);
    history.fill(0, "cpu", end, TICK, before);
    record(history, 11, 100);
    expect(last(history, 4)).toEqual([57, 58, 99, 100]);
  });

  test("changes nothing that was seen", () => {
    const history = recorded([8, 1], [9, 2], [10, 3]);
    history.fill(0, "cpu", end, TICK, before);
    expect(last(history, 4)).toEqual([56, 1, 2, 3]);
  });

  test("has steps of its own: a sample holds until the next", () => {
    const history = recorded([10, 99]);
    history.fill(0, "cpu", end - TICK, 3 * TICK, [7, 8]);
    expect(last(history, 6)).toEqual([NaN, 7, 7, 7, 8, 99]);
    const finer = recorded([10, 99]);
    finer.fill(0, "cpu", end, TICK / 2, [1, 2, 3, 4, 5]);
    expect(last(finer, 4)).toEqual([NaN, 1, 3, 99]);
  });

  test("may end a step before what was seen, and not earlier", () => {
    const history = recorded([10, 99]);
    history.fill(0, "cpu", end - 2 * TICK, TICK, [7, 8]);
    expect(last(history, 4)).toEqual([7, 8, 8, 99]);
    const late = recorded([10, 99]);
    late.fill(0, "cpu", end - 4 * TICK, TICK, [7, 8]);
    expect(last(late, 6)).toEqual([7, 8, 8, NaN, NaN, 99]);
  });

  test("has gaps that stay, and knows nothing of other metrics and slots", () => {
    const history = recorded([10, 99]);
    history.fill(0, "cpu", end, TICK, [5, null, 6, 7]);
    history.fill(900, "cpu", end, TICK, before);
    expect(last(history, 4)).toEqual([5, NaN, 6, 99]);
    expect([...history.series(0, "mem").slice(-2)]).toEqual([NaN, 99]);
  });

  test("is wanted again after a hole, and not while all was heard", () => {
    let holes = 0;
    const history = new MetricsHistory<Metric>(["cpu", "mem"]);
    history.onHole = () => holes++;
    record(history, 0, 1);
    expect(holes).toBe(1);
    record(history, 1, 1);
    record(history, 4, 1);
    expect(holes).toBe(1);
    record(history, 9, 1, START + 9 * TICK);
    expect(holes).toBe(2);
  });
});
