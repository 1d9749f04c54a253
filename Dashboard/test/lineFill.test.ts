import { beforeEach, expect, test } from "bun:test";
import { root, signal } from "rx";
import { LineFill } from "../src/stores/lineFill";
import type { HistoryAnswer, HistoryQuestion } from "../src/stores/messages";
import { MetricsHistory } from "../src/stores/metricsHistory";

const TICK = 2000;
const START = 1_700_000_000_000;

let ids: string[];
let asked: HistoryQuestion[];
let answer: (answer: HistoryAnswer) => void;
let isThere: boolean;
let greet: (count: number) => void;
let history: MetricsHistory<"cpu">;
let lines: LineFill<"cpu">;

const table = {
  facts: () => ids,
  slotOf: (id: string) => ids.indexOf(id),
};
/** Until a question that is due was asked. */
const rested = () => new Promise((done) => setTimeout(done, 200));
const resourcesAsked = () => asked.map(({ resources }) => resources);

beforeEach(() => {
  ids = ["guest:a", "guest:b", "guest:c"];
  // Of this test alone: what an earlier one still asks for is not counted.
  const questions: HistoryQuestion[] = [];
  asked = questions;
  isThere = true;
  const [greetings, set] = signal(1);
  greet = set;
  history = new MetricsHistory<"cpu">(["cpu"]);
  lines = new LineFill(
    {
      greetings,
      ask(question, answered) {
        if (isThere) questions.push(question);
        answer = answered;
        return isThere;
      },
    },
    table, history, ["cpu"],
  );
  lines.start();
});

test("what is shown is asked for once, also when it is drawn again and again", async () => {
  root(() => lines.look(() => [0, 2]));
  await rested();
  expect(asked).toEqual([{ resources: ["guest:a", "guest:c"], metrics: ["cpu"], range: "2m" }]);
  for (let at = 0; at < 9; at++) lines.drawn(0);
  await rested();
  expect(asked.length).toBe(1);
});

test("only what is still shown when the rows rest is asked for", async () => {
  let shown = [0];
  root(() => lines.look(() => shown));
  await rested();
  shown = [1];
  lines.drawn(1);
  shown = [2];
  lines.drawn(2);
  await rested();
  expect(resourcesAsked()).toEqual([["guest:a"], ["guest:c"]]);
});

test("nothing is asked for once nobody looks", async () => {
  root((dispose) => {
    lines.look(() => [0]);
    dispose();
  });
  await rested();
  expect(asked).toEqual([]);
});

test("many are asked for in several questions that the server takes", async () => {
  ids = Array.from({ length: 250 }, (_, at) => `guest:${at}`);
  root(() => lines.look(() => ids.keys()));
  await rested();
  expect(asked.map(({ resources }) => resources.length)).toEqual([100, 100, 50]);
});

test("an answer goes to whom it is about, though slots have changed hands", async () => {
  root(() => lines.look(() => [0, 1]));
  await rested();
  history.record(START, TICK, START, [0, 1, 2], () => 9);
  ids = ["guest:b", "guest:new", "guest:c"];
  answer({
    type: "history", ts: START, id: 1, step: TICK,
    resources: [
      { id: "guest:a", end: START, cpu: [1, 1] },
      { id: "guest:b", end: START, cpu: [2, 2] },
    ],
  });
  const before = (slot: number) => history.series(slot, "cpu").at(-2);
  expect([before(0), before(1), before(2)]).toEqual([2, NaN, NaN]);
});

test("after another hello, a hole, or a change of hands it is asked for again", async () => {
  root(() => lines.look(() => [0]));
  await rested();
  greet(2);
  await rested();
  expect(asked.length).toBe(2);
  history.onHole();
  await rested();
  expect(asked.length).toBe(3);
  lines.forget(0);
  lines.drawn(0);
  await rested();
  expect(asked.length).toBe(4);
});

test("while nobody answers, what is shown waits for the next hello", async () => {
  isThere = false;
  root(() => lines.look(() => [0]));
  await rested();
  isThere = true;
  greet(2);
  await rested();
  expect(resourcesAsked()).toEqual([["guest:a"]]);
});
