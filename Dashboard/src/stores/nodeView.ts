/** The nodes in the order of the page, and how many guests run on each. */
import { memo } from "rx";
import { share } from "../format/units";
import type { NodeFigure } from "./fleet";
import { guests, nodes, remotes } from "./session";
import { Ranks } from "./sorting";
import { TableView } from "./tableView";

export const severalRemotes = memo(() => remotes.slots().length > 1);

export interface Running {
  running: number;
  all: number;
}

const keyOf = (remote: string | null, node: string | null): string => `${remote}/${node}`;

/** Guests that run and that could, by node: a template is none of them. */
const counts = memo(() => {
  const byNode = new Map<string, Running>();
  for (const slot of guests.slots()) {
    if (guests.fact(slot, "template")) continue;
    const key = keyOf(guests.fact(slot, "remote"), guests.fact(slot, "node"));
    const here = byNode.get(key) ?? { running: 0, all: 0 };
    byNode.set(key, here);
    here.all++;
    if (guests.fact(slot, "status") === "running") here.running++;
  }
  return byNode;
});

export const countsOn = (node: number): Running =>
  counts().get(keyOf(nodes.fact(node, "remote"), nodes.fact(node, "name"))) ??
  { running: 0, all: 0 };

const NODE_SORTS = [
  "name", "remote", "status", "cpu", "mem", "disk", "load", "guests", "uptime",
] as const;
export type NodeSort = (typeof NODE_SORTS)[number];
const NODE_GROUPS = ["remote", "status"] as const;
type NodeGroup = (typeof NODE_GROUPS)[number];

const LIVE: ReadonlySet<NodeSort> = new Set(["cpu", "mem", "disk", "load"]);
const names = new Ranks();
const remoteNames = new Ranks();
const others = new Ranks();

function coldKeys(by: NodeSort): Float64Array {
  const { length } = nodes.facts("id");
  if (by === "uptime") return nodes.column("boot").map((boot) => -boot);
  if (by === "guests") return Float64Array.from({ length }, (_, slot) => countsOn(slot).running);
  const ranks = by === "name" ? names : by === "remote" ? remoteNames : others;
  const facts = nodes.facts(by as "name" | "remote" | "status");
  return ranks.of(Array.from({ length }, (_, slot) => facts[slot] ?? null));
}

function liveKey(slot: number, by: NodeSort): number {
  const of = (name: NodeFigure) => nodes.column(name)[slot]!;
  if (by === "mem") return share(of("mem"), of("memTotal"));
  if (by === "disk") return share(of("disk"), of("diskTotal"));
  return of(by === "load" ? "load1" : "cpu");
}

export const nodeTable: TableView<NodeSort, NodeGroup> = new TableView({
  sorts: NODE_SORTS,
  groups: NODE_GROUPS,
  first: "remote",
  live: LIVE,
  largestFirst: new Set([...LIVE, "guests", "uptime"] as const),
  rev: nodes.rev,
  matching: memo(() => Int32Array.from(nodes.slots())),
  ids: () => nodes.facts("id"),
  coldKeys,
  liveKey,
  groupOf: (slot, group) => nodes.facts(group)[slot] ?? null,
  ties: () => [
    { values: coldKeys("remote"), descending: false },
    { values: coldKeys("name"), descending: false },
  ],
});

/** By remote and name at first: nothing moves when figures do. */
export const nodeOrder = nodeTable.order;
