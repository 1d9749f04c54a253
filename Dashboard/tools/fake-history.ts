/** What the stand-in remembers: nothing, so it invents waves that end at the present figures. */
import type { FakeStream, Row } from "./fake-stream";

const RANGES: Record<string, readonly [samples: number, step: number]> = {
  "2m": [60, 2000], "15m": [90, 10_000], "24h": [288, 300_000],
};
const RESOURCES_MAX = 200;
const SAMPLES_MAX = 20_000;
const STREAMS: Record<string, string> = { guest: "guests", node: "nodes", host: "hosts" };
const FINE = ["cpu", "mem"];

interface Question {
  id?: number;
  resources: string[];
  metrics: string[];
  range: string;
}

/** The answer as the server gives it, or its refusal. */
export function historyOf(
  streams: ReadonlyMap<string, FakeStream>, question: Question, now: number,
): object {
  const { id, resources, metrics, range } = question;
  const refuse = (code: string) => ({ type: "error", code, message: range });
  const [count, step] = RANGES[range] ?? [0, 0];
  if (count === 0) return refuse("unknown_range");
  const size = resources.length * metrics.length * count;
  if (resources.length > RESOURCES_MAX || size > SAMPLES_MAX) return refuse("too_much");
  const kept = range === "2m" ? metrics.filter((metric) => FINE.includes(metric)) : metrics;
  const end = Math.floor(now / step) * step;
  const known = resources.flatMap((resource) => {
    const stream = streams.get(STREAMS[resource.split(":")[0]!] ?? "");
    const row = stream?.rows.find((each) => each["id"] === resource);
    if (!row) return [];
    const series = kept.map((metric) => [metric, wave(row, metric, end, step, count)]);
    return [{ id: resource, end, ...Object.fromEntries(series) }];
  });
  return { type: "history", ts: now, id, range, step, resources: known };
}

/** About the present figure, and in steps of 0.5 where it is a percentage. */
function wave(row: Row, metric: string, end: number, step: number, count: number) {
  const isLive = ["running", "online"].includes(String(row["status"])) && !row["stale"];
  const total = row[`${metric}Total`];
  const value = Number(row[metric]) / (total ? Number(total) / 100 : 1);
  const isPercent = total !== undefined || metric === "cpu" || metric === "iowait";
  return Array.from({ length: count }, (_, at) => {
    if (!isLive || row[metric] == null) return null;
    const back = (count - 1 - at) * step;
    const moved = value * (1 + 0.3 * Math.sin((end - back) / (9 * step)) * Math.min(1, back / 2e4));
    return isPercent ? Math.round(Math.min(100, moved) * 2) / 2 : Math.round(moved);
  });
}
