/** The one connection of this page, the streams it feeds and the history they leave. */
import { batch, memo } from "rx";
import { now } from "./clock";
import { newHosts } from "./fleet";
import { MetricsHistory } from "./metricsHistory";
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

export const hosts = newHosts();
export const history = new MetricsHistory<Trend>(TRENDS);
export const connection = new Connection({ hosts }, browser);

/** Whether the figures on the page are what the server says now. */
export const isCurrent = memo(() => connection.phase() === "live");

/** Milliseconds since the server was last heard; NaN if it never was. */
export const silence = (): number => {
  const heard = connection.heardAt();
  return heard === null ? NaN : Math.max(0, now() - heard);
};

/** How long ago the server's time `since` was: its clock may differ from ours. */
export const ageOf = (since: number): number => Math.max(0, now() + connection.ahead() - since);

export function startSession(): void {
  const publish = () =>
    batch(() => {
      hosts.publish();
      history.publish();
    });
  hosts.onAdopt = (slot) => history.clear(slot);
  connection.onData = (ts) => {
    history.record(ts, connection.interval, hosts.slots(), (slot, metric) =>
      hosts.fact(slot, "status") === "online" ? hosts.figure(slot, metric) : NaN,
    );
    // A hidden page keeps up, and draws once when it is looked at again.
    if (!document.hidden) publish();
  };
  addEventListener("online", () => connection.wake());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    connection.wake();
    publish();
  });
  connection.start();
}
