/** The nodes in the order of the page, and counts of what runs. */
import { memo } from "rx";
import { guests, nodes, remotes } from "./session";
import { compareText } from "./sorting";

export const severalRemotes = memo(() => remotes.slots().length > 1);

/** By remote and name: nothing moves when figures do. */
export const nodeOrder = memo(() => {
  const text = (slot: number, name: "remote" | "name" | "id") => nodes.fact(slot, name) ?? "";
  return nodes.slots().toSorted(
    (a, b) =>
      compareText(text(a, "remote"), text(b, "remote")) ||
      compareText(text(a, "name"), text(b, "name")) ||
      compareText(text(a, "id"), text(b, "id")),
  );
});

export const nodesOnline = memo(
  () => nodes.slots().filter((slot) => nodes.fact(slot, "status") === "online").length,
);

export interface Running {
  running: number;
  all: number;
}

const keyOf = (remote: string | null, node: string | null): string => `${remote}/${node}`;

/** Guests that run and that could, all in all and by node: a template is none of them. */
const counts = memo(() => {
  const sum: Running = { running: 0, all: 0 };
  const byNode = new Map<string, Running>();
  for (const slot of guests.slots()) {
    if (guests.fact(slot, "template")) continue;
    const key = keyOf(guests.fact(slot, "remote"), guests.fact(slot, "node"));
    const here = byNode.get(key) ?? { running: 0, all: 0 };
    byNode.set(key, here);
    const runs = guests.fact(slot, "status") === "running" ? 1 : 0;
    for (const each of [sum, here]) {
      each.all++;
      each.running += runs;
    }
  }
  return { sum, byNode };
});

export const guestCounts = (): Running => counts().sum;
export const countsOn = (node: number): Running =>
  counts().byNode.get(keyOf(nodes.fact(node, "remote"), nodes.fact(node, "name"))) ??
  { running: 0, all: 0 };
