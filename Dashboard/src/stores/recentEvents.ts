/** What has happened lately, the newest first, in words. */
import { memo } from "rx";
import type { EventKind } from "./fleet";
import { severalRemotes } from "./nodeView";
import { ageOf, events } from "./session";

/** "In the last 15 minutes": longer ago is no news. */
export const SPAN_MINUTES = 15;
const SPAN = SPAN_MINUTES * 60_000;

export interface RecentEvent {
  key: string;
  kind: EventKind;
  /** What the drawer opens; null when that is gone. */
  opens: string | null;
  subject: string;
  words: string;
  /** When the server noticed it, by its clock. */
  at: number;
}

const numberOf = (id: string): number => Number(id.slice("event:".length));

const GONE: Record<string, string> = {
  remote: "stopped answering", node: "went offline", storage: "went out of reach",
  host: "stopped reporting",
};
const BACK: Record<string, string> = {
  remote: "answered again", node: "came back online", storage: "came back within reach",
  host: "reported again",
};

/** What happened, to be read behind the name of what it happened to. */
export function wordsOf(
  kind: EventKind,
  type: string,
  from: string | null,
  to: string | null,
): string {
  switch (kind) {
    case "started": return "was started";
    case "stopped": return "was stopped";
    case "changed": return `went from ${from ?? "unknown"} to ${to ?? "unknown"}`;
    case "restarted": return "was restarted";
    case "migrated": return `moved from ${from ?? "an unknown node"} to ${to ?? "another"}`;
    case "appeared": return "appeared";
    case "vanished": return "vanished";
    case "lost": {
      if (type === "node" && to === "unknown") return "stopped telling anything";
      const words = GONE[type] ?? "was lost";
      return type === "remote" && to ? `${words}: ${to}` : words;
    }
    case "back": return BACK[type] ?? "came back";
    case "quorumLost": return "lost the majority of its nodes";
    case "quorumBack": return "had a majority of its nodes again";
    // A newer server may know of more.
    default: return String(kind);
  }
}

function eventOf(slot: number): RecentEvent {
  const fact = <K extends Parameters<typeof events.facts>[0]>(name: K) =>
    events.facts(name)[slot] ?? null;
  const kind = fact("kind") as EventKind;
  const type = String(fact("type") ?? "");
  const [name, remote] = [String(fact("name") ?? "unnamed"), fact("remote") as string | null];
  const place = remote && severalRemotes() && type !== "remote" ? ` (${remote})` : "";
  return {
    key: String(fact("id")), kind, at: events.column("at")[slot]!,
    opens: kind === "vanished" ? null : (fact("resource") as string | null),
    subject: name + place,
    words: wordsOf(kind, type, fact("from") as string | null, fact("to") as string | null),
  };
}

/**
 * The events that were news when one happened last; of 10,000 mostly a few. What is later than that
 * one was noted by a clock that was set back since.
 */
const lately = memo(() => {
  const [ids, at] = [events.facts("id"), events.column("at")];
  const numbered = events.slots().map((slot) => ({ slot, number: numberOf(ids[slot] ?? "") }));
  let last = { slot: -1, number: -1 };
  for (const each of numbered) if (each.number > last.number) last = each;
  const newest = at[last.slot] ?? NaN;
  return numbered
    .filter(({ slot }) => at[slot]! >= newest - SPAN && at[slot]! <= newest)
    .sort((a, b) => b.number - a.number)
    .map(({ slot }) => slot);
});

/** How many of them are news by now: they are in order, so the others are at the end. */
export const recentCount = memo(() => {
  const at = events.column("at");
  const isNews = (slot: number) => ageOf(at[slot]!) <= SPAN;
  const slots = lately();
  let count = slots.length;
  while (count > 0 && !isNews(slots[count - 1]!)) count--;
  return count;
});

/** The newest of them. */
export const recentEvents = (max: number): readonly RecentEvent[] =>
  lately().slice(0, Math.min(max, recentCount())).map(eventOf);
