/** The one connection of this page, the streams it feeds and the history they leave. */
import { type Get, batch, memo } from "rx";
import { SAMPLES } from "../format/line";
import { age, share } from "../format/units";
import { now } from "./clock";
import {
  type GuestFigure, type HostFigure, type NodeFigure,
  newDetail, newEvents, newGuests, newHosts, newNodes, newProblems, newRemotes, newStorage, newSummary,
} from "./fleet";
import { LineFill } from "./lineFill";
import { EXACT, MetricsHistory, PERCENT, RATE } from "./metricsHistory";
import { Newest } from "./newest";
import { root } from "./root";
import { Connection, DETAIL, type Surroundings } from "./websocket";

export const RATES = ["netIn", "netOut", "diskRead", "diskWrite"] as const;
export type Rate = (typeof RATES)[number];

const browser: Surroundings = {
  open: () => new WebSocket(new URL("ws", root).href.replace(/^http/, "ws")),
  now: Date.now,
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** Since when this page is open, by the local clock: nothing is known from before. */
export const openedAt = Date.now();

export const summary = newSummary();
export const problems = newProblems();
export const remotes = newRemotes();
export const nodes = newNodes();
export const hosts = newHosts();
export const guests = newGuests();
export const storage = newStorage();
export const events = newEvents();
/** What the resource says that is looked at: a row, or none. */
export const detail = newDetail();
export const history = new MetricsHistory(["cpu", "mem", ...RATES] as const, EXACT);
export const nodeHistory = new MetricsHistory(["cpu", "mem", "iowait", "load1"] as const, EXACT);
/** Of 5,000 guests 0.6 MB of percentages and 2.4 MB of rates. */
export const guestHistory = new MetricsHistory(["cpu", "mem"] as const, PERCENT);
export const guestRates = new MetricsHistory(RATES, RATE);

/** In the order in which they are asked for: what is wrong first, the long ones last. */
export const streams = { summary, remotes, nodes, hosts, storage, guests, events, problems };
export type StreamName = keyof typeof streams;

/** Asked for only while somebody wants it. */
const ON_DEMAND: readonly StreamName[] = ["problems"];

export const connection = new Connection(streams, browser, ON_DEMAND, detail);

/** The server remembers as much of these as a line shows. */
const REMEMBERED = ["cpu", "mem"] as const;
export const hostLines = new LineFill(connection, hosts, history, REMEMBERED);
export const nodeLines = new LineFill(connection, nodes, nodeHistory, REMEMBERED);
export const guestLines = new LineFill(connection, guests, guestHistory, REMEMBERED);

const isThere = (name: StreamName): Get<boolean> =>
  memo(() => streams[name].rev() > 0 && streams[name].epoch !== "");
const there = {
  summary: isThere("summary"),
  problems: isThere("problems"),
  remotes: isThere("remotes"),
  nodes: isThere("nodes"),
  hosts: isThere("hosts"),
  storage: isThere("storage"),
  guests: isThere("guests"),
  events: isThere("events"),
};

/** Whether a stream's first snapshot has been put on the page. */
export const isLoaded = (name: StreamName): boolean => there[name]();

/** Whether the server has a stream at all: an older one knows hosts only. */
export const isOffered = (name: StreamName): boolean => connection.offered()?.has(name) ?? false;

/** "2 min": how far back lines go, which are of so many ticks. */
export const lineSpan = memo(() => age(SAMPLES * connection.interval()));

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

/** The slot of the remote with a name, watched; -1 when there is none. */
export const remoteNamed = (name: string | null): number => remoteSlots().get(name) ?? -1;

/**
 * How old the figures of a row are that are not live: since its remote last answered, or, if that
 * still answers, since they were last seen to change.
 */
export function figuresAge(remote: string | null, sampled: number): number {
  const slot = remoteNamed(remote);
  const seen = remotes.column("seen")[slot] ?? NaN;
  const isFailing = remotes.facts("status")[slot] === "failing";
  return ageOf(isFailing ? seen : sampled);
}

export const newestGuest = (slot: number) => new Newest<GuestFigure>(detail, guests, slot);
export const newestNode = (slot: number) => new Newest<NodeFigure>(detail, nodes, slot);

type Sample<Figure extends string> = (slot: number, metric: Figure, value?: number) => number;

/** What a figure of now adds to the lines: nothing while it is down or its figures are old. */
function sampler<Figure extends string>(
  table: {
    facts(name: "status"): readonly unknown[];
    column(name: Figure | "memTotal"): Float64Array;
  },
  up: string,
  stale: () => readonly unknown[],
): Sample<Figure> {
  return (slot, metric, value = table.column(metric)[slot]!) => {
    if (table.facts("status")[slot] !== up || stale()[slot]) return NaN;
    return metric === "mem" ? share(value, table.column("memTotal")[slot]!) : value;
  };
}
const neverStale: readonly unknown[] = [];
const sampleHost = sampler<HostFigure>(hosts, "online", () => neverStale);
const sampleNode = sampler<NodeFigure>(nodes, "online", () => nodes.facts("stale"));
const sampleGuest = sampler<GuestFigure>(guests, "running", () => guests.facts("stale"));

/** The same, but what the resource that is looked at says itself. */
function withOwn<Figure extends string>(
  sample: Sample<Figure>,
  table: { slotOf(id: string): number },
  newest: (slot: number) => Newest<Figure>,
): Sample<Figure> {
  const id = detail.facts("id")[detail.slots()[0] ?? -1];
  const looked = id == null ? -1 : table.slotOf(id);
  if (looked < 0) return sample;
  const own = newest(looked);
  return (slot, metric) => slot === looked
    ? sample(slot, metric, own.figure(slot, metric))
    : sample(slot, metric);
}

interface Keeper {
  record(ts: number): void;
  publish(): void;
}
/** What leaves no lines. */
const plain = (name: StreamName): Keeper => ({
  record() {},
  publish: () => streams[name].publish(),
});

const keepers: Record<StreamName | typeof DETAIL, Keeper> = {
  summary: plain("summary"),
  problems: plain("problems"),
  remotes: plain("remotes"),
  nodes: {
    record(ts) {
      const sample = withOwn(sampleNode, nodes, newestNode);
      nodeHistory.record(ts, ...ticks(), nodes.slots(), sample);
    },
    publish: () => (nodeHistory.publish(), nodes.publish()),
  },
  hosts: {
    record: (ts) => history.record(ts, ...ticks(), hosts.slots(), sampleHost),
    publish: () => (history.publish(), hosts.publish()),
  },
  storage: plain("storage"),
  guests: {
    record(ts) {
      const sample = withOwn(sampleGuest, guests, newestGuest);
      guestHistory.record(ts, ...ticks(), guests.slots(), sample);
      guestRates.record(ts, ...ticks(), guests.slots(), sample);
    },
    publish: () => (guestHistory.publish(), guestRates.publish(), guests.publish()),
  },
  events: plain("events"),
  // The list may be silent in a tick in which the one resource is not.
  detail: {
    record: (ts) => keepers[detailed()].record(ts),
    publish() {
      for (const lines of detailed() === "nodes" ? [nodeHistory] : [guestHistory, guestRates]) {
        lines.publish();
      }
      detail.publish();
    },
  },
};
const detailed = (): "nodes" | "guests" =>
  connection.look.resource?.startsWith("node:") ? "nodes" : "guests";
const ticks = (): [number, number] => [connection.interval(), connection.heardSince];
const all = Object.keys(streams) as StreamName[];

/** Messages are handled in a batch, so whoever watches a stream is told once for each. */
export function startSession(): void {
  hosts.onAdopt = (slot) => (history.clear(slot), hostLines.forget(slot));
  nodes.onAdopt = (slot) => (nodeHistory.clear(slot), nodeLines.forget(slot));
  guests.onAdopt = (slot) => {
    guestHistory.clear(slot);
    guestRates.clear(slot);
    guestLines.forget(slot);
  };
  for (const lines of [hostLines, nodeLines, guestLines]) lines.start();
  connection.onData = (ts, stream) => {
    for (const name of stream === null ? all : [stream as keyof typeof keepers]) {
      keepers[name].record(ts);
      // A hidden page keeps up, and draws once when it is looked at again.
      if (!document.hidden) keepers[name].publish();
    }
  };
  addEventListener("online", () => connection.wake());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    connection.wake();
    batch(() => all.forEach((name) => keepers[name].publish()));
  });
  connection.start();
}
