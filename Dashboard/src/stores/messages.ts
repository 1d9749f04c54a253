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

interface Refusal {
  type: "error";
  code: string;
  message: string;
}

export type Message = Hello | Snapshot | Delta | Heartbeat | Refusal;
