/** How the viewer looks at the hosts: their order. */
import { memo } from "rx";
import { share } from "../format/units";
import { hosts, nodes } from "./session";
import { Ranks } from "./sorting";
import { TableView } from "./tableView";

const SORTS = [
  "name", "status", "cpu", "mem", "disk", "temp", "net", "io", "uptime", "seen",
] as const;
export type HostSort = (typeof SORTS)[number];
const GROUPS = ["status", "os"] as const;
type HostGroup = (typeof GROUPS)[number];

const LIVE: ReadonlySet<HostSort> = new Set(["cpu", "mem", "disk", "temp", "net", "io", "seen"]);
const names = new Ranks();
const ids = new Ranks();
const states = new Ranks();

function coldKeys(by: HostSort): Float64Array {
  if (by === "uptime") return hosts.column("boot").map((boot) => -boot);
  return by === "status" ? states.of(textsOf("status")) : names.of(textsOf("name"));
}

const textsOf = (fact: "id" | "name" | "status"): (string | null)[] =>
  Array.from({ length: hosts.facts("id").length }, (_, slot) => hosts.facts(fact)[slot] ?? null);

function liveKey(slot: number, by: HostSort): number {
  const of = (name: Parameters<typeof hosts.column>[0]) => hosts.column(name)[slot]!;
  if (by === "mem" || by === "disk") return share(of(by), of(`${by}Total`));
  if (by === "net") return of("netIn") + of("netOut");
  if (by === "io") return of("diskRead") + of("diskWrite");
  // The largest age is that of what was seen longest ago.
  return by === "seen" ? -of("seen") : of(by === "temp" ? "temp" : "cpu");
}

export const hostTable: TableView<HostSort, HostGroup> = new TableView({
  sorts: SORTS,
  groups: GROUPS,
  first: "name",
  live: LIVE,
  largestFirst: new Set([...LIVE, "uptime"] as const),
  rev: hosts.rev,
  matching: memo(() => Int32Array.from(hosts.slots())),
  ids: () => hosts.facts("id"),
  coldKeys,
  liveKey,
  groupOf: (slot, group) => hosts.facts(group)[slot] ?? null,
  ties: () => [
    { values: coldKeys("name"), descending: false },
    { values: ids.of(textsOf("id")), descending: false },
  ],
});

/** By name at first: nothing moves when figures do. */
export const hostOrder = hostTable.order;

export const onlineCount = memo(
  () => hosts.slots().filter((slot) => hosts.fact(slot, "status") === "online").length,
);

/** The slot of a machine on its own, with no cluster beside it, which shows its details at once. */
export const alone = memo(() =>
  hosts.slots().length === 1 && nodes.slots().length === 0 ? hosts.slots()[0]! : -1);
