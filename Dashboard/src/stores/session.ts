/** The one connection of this page, the streams it feeds and the history they leave. */
import { type Get, memo } from "rx";
import { now } from "./clock";
import { newGuests, newHosts, newNodes, newRemotes } from "./fleet";
import { EXACT, MetricsHistory, PERCENT } from "./metricsHistory";
import { Connection, type Surroundings } from "./websocket";

export type Trend = "cpu" | "mem" | "netIn" | "netOut" | "diskRead" | "diskWrite";
const TRENDS: Trend[] = ["cpu", "mem", "netIn", "netOut", "diskRead", "diskWrite"];

const browser: Surroundings = {
  open: () => new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/ws`),
  now: Date.now,
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

export const remotes = newRemotes();
export const nodes = newNodes();
export const hosts = newHosts();
export const guests = newGuests();
export const history = new MetricsHistory<Trend>(TRENDS, EXACT);
export const nodeHistory = new MetricsHistory<"cpu">(["cpu"], PERCENT);
export const guestHistory = new MetricsHistory<"cpu">(["cpu"], PERCENT);

/** In the order in which they are asked for: the long one last. */
export const streams = { remotes, nodes, hosts, guests };
export type StreamName = keyof typeof streams;

export const connection = new Connection(streams, browser);

const isThere = (name: StreamName): Get<boolean> =>
  memo(() => streams[name].rev() > 0 && streams[name].epoch !== "");
const there = {
  remotes: isThere("remotes"),
  nodes: isThere("nodes"),
  hosts: isThere("hosts"),
  guests: isThere("guests"),
};

/** Whether a stream's first snapshot has been put on the page. */
export const isLoaded = (name: StreamName): boolean => there[name]();

/** Whether the server has a stream at all: an older one knows hosts only. */
export const isOffered = (name: StreamName): boolean => connection.offered()?.has(name) ?? false;

/** Milliseconds since the server was last heard; NaN if it never was. */
export const silence = (): number => {
  const heard = connection.heardAt();
  return heard === null ? NaN : Math.max(0, now() - heard);
};

/** How long ago the server's time `since` was: its clock may differ from ours. */
export const ageOf = (since: number): number => Math.max(0, now() + connection.ahead() - since);

const remoteSlots = memo(
  () => new Map(remotes.slots().map((slot) => [remotes.fact(slot, "name"), slot])),
);

/**
 * How old the figures of a row are that are not live: since its remote last answered, or, if that
 * still answers, since they were last seen to change.
 */
export function figuresAge(remote: string | null, sampled: number): number {
  const slot = remoteSlots().get(remote) ?? -1;
  const seen = remotes.column("seen")[slot] ?? NaN;
  const isFailing = remotes.facts("status")[slot] === "failing";
  return ageOf(isFailing ? seen : sampled);
}

/** What a figure of now adds to the lines: nothing while it is down or its figures are old. */
function sampleHost(slot: number, metric: Trend): number {
  return hosts.facts("status")[slot] === "online" ? hosts.column(metric)[slot]! : NaN;
}
function sampleNode(slot: number): number {
  const isLive = nodes.facts("status")[slot] === "online" && !nodes.facts("stale")[slot];
  return isLive ? nodes.column("cpu")[slot]! : NaN;
}
function sampleGuest(slot: number): number {
  const isLive = guests.facts("status")[slot] === "running" && !guests.facts("stale")[slot];
  return isLive ? guests.column("cpu")[slot]! : NaN;
}

const keepers: Record<StreamName, { record(ts: number): void; publish(): void }> = {
  remotes: { record() {}, publish: () => remotes.publish() },
  nodes: {
    record: (ts) => nodeHistory.record(ts, ...ticks(), nodes.slots(), sampleNode),
    publish: () => (nodeHistory.publish(), nodes.publish()),
  },
  hosts: {
    record: (ts) => history.record(ts, ...ticks(), hosts.slots(), sampleHost),
    publish: () => (history.publish(), hosts.publish()),
  },
  guests: {
    record: (ts) => guestHistory.record(ts, ...ticks(), guests.slots(), sampleGuest),
    publish: () => (guestHistory.publish(), guests.publish()),
  },
};
const ticks = (): [number, number] => [connection.interval, connection.heardSince];
const all = Object.keys(streams) as StreamName[];

/** Messages are handled in a batch, so whoever watches a stream is told once for each. */
export function startSession(): void {
  hosts.onAdopt = (slot) => history.clear(slot);
  nodes.onAdopt = (slot) => nodeHistory.clear(slot);
  guests.onAdopt = (slot) => guestHistory.clear(slot);
  connection.onData = (ts, stream) => {
    for (const name of stream === null ? all : [stream as StreamName]) {
      keepers[name].record(ts);
      // A hidden page keeps up, and draws once when it is looked at again.
      if (!document.hidden) keepers[name].publish();
    }
  };
  addEventListener("online", () => connection.wake());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    connection.wake();
    for (const name of all) keepers[name].publish();
  });
  connection.start();
}
