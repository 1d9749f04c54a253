/** What the server sends on `/ws`. Fields that are not named here are ignored. */

export interface Hello {
  type: "hello";
  ts: number;
  protocol: number;
  version: string;
  epoch: string;
  /** Milliseconds between two ticks. */
  interval: number;
  streams: string[];
  /** Whether the fleet is invented. */
  demo?: boolean;
}

export interface Snapshot {
  type: "snapshot";
  ts: number;
  stream: string;
  epoch: string;
  generation: number;
  part: number;
  parts: number;
  fields: string[];
  rows: unknown[][];
}

export interface Delta {
  type: "delta";
  ts: number;
  stream: string;
  generation: number;
  since: number;
  fields?: string[];
  rows?: unknown[][];
  set?: ({ h: number } & Record<string, unknown>)[];
  gone?: number[];
}

interface Heartbeat {
  type: "heartbeat";
  ts: number;
  generation: Record<string, number>;
}

/** How far back a history goes: samples each 2 s, 10 s or 5 min. */
export type Range = "2m" | "15m" | "24h";

/** What a history may be of; each resource has some of these. */
export type HistoryMetric =
  | "cpu" | "mem" | "swap" | "disk" | "netIn" | "netOut" | "diskRead" | "diskWrite" | "load1"
  | "iowait" | "temp" | "latency";

/** What to ask the server for; it takes 200 resources and 20,000 samples at once. */
export interface HistoryQuestion {
  resources: readonly string[];
  metrics: readonly HistoryMetric[];
  range: Range;
}

/** One resource's samples by metric, the oldest first; the last is that of `end`. */
export type HistoryOfOne = { id: string; end: number } &
  Partial<Record<HistoryMetric, readonly (number | null)[]>>;

export interface HistoryAnswer {
  type: "history";
  ts: number;
  id: number;
  /** Milliseconds between two samples. */
  step: number;
  resources: HistoryOfOne[];
}

interface Refusal {
  type: "error";
  code: string;
  message: string;
  /** Of the question that it refuses. */
  id?: number;
}

export type Message = Hello | Snapshot | Delta | Heartbeat | HistoryAnswer | Refusal;
