/**
 * Is anything wrong? What the page can know of that by itself, by the default limits. The
 * server judges for itself (stream `problems`), the memory of guests too; the page does not show that
 * yet, and when it does, that takes the place of `problems` here.
 */
import { type Get, memo, untrack } from "rx";
import { type Limits, LIMITS } from "../format/levels";
import { celsius, percent, share, total } from "../format/units";
import { now } from "./clock";
import { severalRemotes } from "./nodeView";
import {
  type StreamName, connection, guests, hosts, isLoaded, nodes, remoteNamed, remotes, storage,
} from "./session";
import { compareText } from "./sorting";
import { type Severity, Watch, isNear } from "./watch";

export interface Problem {
  /** Distinguishes it from any other. */
  key: string;
  /** What the drawer opens. */
  id: string;
  severity: Severity;
  /** Worse kinds come first. */
  rank: number;
  subject: string;
  words: string;
  /** Since when, by the server's clock; NaN is unknown. */
  since: number;
  /** Whether it began before `since`, nobody knows when. */
  isOlder: boolean;
}

type Found = Omit<Problem, "since" | "isOlder" | "severity" | "key">;

/** The kinds, worst first. */
const RANK = { remote: 0, quorum: 1, node: 2, host: 3, ha: 4, storage: 5, hot: 6, stale: 7 };

/** What one look at a stream finds. */
class Look {
  readonly found: Problem[] = [];
  constructor(readonly watch: Watch) {
    watch.look(Date.now() + connection.ahead());
  }

  holds(kind: string, severity: Severity, what: Found, since = NaN): void {
    const key = `${kind} ${what.id}`;
    const entry = this.watch.holds(key, severity);
    const known = Number.isNaN(since) ? entry : { since, isOlder: false };
    this.found.push({ ...what, key, severity, since: known.since, isOlder: known.isOlder });
  }

  /** Most figures are well, and of those `what` is not even asked. */
  exceeds(kind: string, value: number, limits: Limits, of: () => Found): void {
    if (!isNear(value, limits)) return;
    const what = of();
    const key = `${kind} ${what.id}`;
    const entry = this.watch.exceeds(key, value, limits);
    if (entry) this.found.push({ ...what, key, ...entry });
  }
}

/** The same each time, so that nobody is told of it again. */
const NONE: readonly Problem[] = [];

/** Looks again whenever a stream has moved, once it is there. */
function watching(
  stream: StreamName,
  rev: Get<unknown>,
  find: (look: Look) => void,
): Get<readonly Problem[]> {
  const watch = new Watch();
  return memo(() => {
    rev();
    if (!isLoaded(stream)) return NONE;
    const look = untrack(() => new Look(watch));
    untrack(() => find(look));
    // A stream at rest must not keep it from being told.
    if (watch.isPending) now();
    return look.found.length > 0 ? look.found : NONE;
  });
}

const isReached = (remote: string | null): boolean =>
  remotes.facts("status")[remoteNamed(remote)] === "online";
const placed = (name: string | null, remote: string | null): string =>
  severalRemotes() ? `${name ?? "unnamed"} (${remote})` : (name ?? "unnamed");

const ofRemotes = watching("remotes", remotes.rev, (look) => {
  for (const slot of remotes.slots()) {
    const of = {
      id: remotes.fact(slot, "id") ?? "", subject: remotes.fact(slot, "name") ?? "unnamed",
    };
    const error = remotes.fact(slot, "error");
    if (remotes.fact(slot, "status") === "failing") {
      const words = `does not answer: ${error ?? "nobody knows why"}`;
      const since = remotes.figure(slot, "failingSince");
      look.holds("failing", "crit", { ...of, rank: RANK.remote, words }, since);
    } else if (error) {
      look.holds("lacks", "warn", { ...of, rank: RANK.remote, words: `answers in part: ${error}` });
    }
    if (remotes.fact(slot, "quorate") === false) {
      const words = "has no majority of its nodes";
      look.holds("quorum", "crit", { ...of, rank: RANK.quorum, words });
    }
  }
});

const ofNodes = watching("nodes", () => [nodes.rev(), remotes.topo()], (look) => {
  for (const slot of nodes.slots()) {
    const remote = nodes.fact(slot, "remote");
    if (!isReached(remote)) continue;
    const of = () => ({
      id: nodes.fact(slot, "id") ?? "", subject: placed(nodes.fact(slot, "name"), remote),
    });
    const status = nodes.fact(slot, "status");
    const is = (name: Parameters<typeof nodes.figure>[1]) => nodes.figure(slot, name);
    if (status === "offline") {
      look.holds("down", "crit", { ...of(), rank: RANK.node, words: "is offline" }, is("sampled"));
    } else if (nodes.fact(slot, "stale")) {
      const words = "gives no new figures";
      look.holds("stale", "warn", { ...of(), rank: RANK.stale, words }, is("sampled"));
    }
    if (status !== "online" || nodes.fact(slot, "stale")) continue;
    const hot = (kind: string, word: string, value: number, limits: Limits) =>
      look.exceeds(kind, value, limits, () => ({
        ...of(), rank: RANK.hot, words: `uses ${percent(value)} of its ${word}`,
      }));
    hot("cpu", "CPU", is("cpu"), LIMITS.cpu);
    hot("mem", "memory", share(is("mem"), is("memTotal")), LIMITS.memory);
    hot("disk", "root disk", share(is("disk"), is("diskTotal")), LIMITS.disk);
  }
});

const ofHosts = watching("hosts", hosts.rev, (look) => {
  for (const slot of hosts.slots()) {
    const of = () => ({
      id: hosts.fact(slot, "id") ?? "", subject: hosts.fact(slot, "name") ?? "unnamed",
    });
    const is = (name: Parameters<typeof hosts.figure>[1]) => hosts.figure(slot, name);
    if (hosts.fact(slot, "status") === "offline") {
      const words = "does not report";
      look.holds("down", "crit", { ...of(), rank: RANK.host, words }, is("seen"));
      continue;
    }
    const hot = (kind: string, value: number, limits: Limits, words: (value: number) => string) =>
      look.exceeds(kind, value, limits, () => ({
        ...of(), rank: RANK.hot, words: words(value),
      }));
    hot("cpu", is("cpu"), LIMITS.cpu, (value) => `uses ${percent(value)} of its CPU`);
    const memory = share(is("mem"), is("memTotal"));
    hot("mem", memory, LIMITS.memory, (value) => `uses ${percent(value)} of its memory`);
    hot("temp", is("temp"), LIMITS.temperature, (value) => `is ${celsius(value)} hot`);
    for (const [mount, , used, whole] of hosts.fact(slot, "disks") ?? []) {
      const full = (value: number) => `has ${mount} ${percent(value)} full`;
      hot(`disk ${mount}`, share(used, whole), LIMITS.disk, full);
    }
  }
});

const ofStorage = watching("storage", () => [storage.rev(), remotes.topo()], (look) => {
  for (const slot of storage.slots()) {
    const remote = storage.fact(slot, "remote");
    const part = share(storage.figure(slot, "disk"), storage.figure(slot, "diskTotal"));
    if (!isReached(remote) || storage.fact(slot, "stale")) continue;
    look.exceeds("full", part, LIMITS.storage, () => {
      const places = [severalRemotes() ? remote : null, storage.fact(slot, "node")];
      const where = places.filter(Boolean).join("/");
      return {
        id: storage.fact(slot, "id") ?? "",
        subject: `${storage.fact(slot, "name")}${where && ` (${where})`}`,
        rank: RANK.storage,
        words: `is ${percent(part)} full`,
      };
    });
  }
});

/** Guests by the thousand: their columns are read, and an object made only for what is wrong. */
const ofGuests = watching(
  "guests",
  () => [guests.rev(), guests.topo(), nodes.topo(), remotes.topo()],
  (look) => {
    const [status, stale, remote] = [
      guests.facts("status"), guests.facts("stale"), guests.facts("remote"),
    ];
    const [disk, whole, sampled] = [
      guests.column("disk"), guests.column("diskTotal"), guests.column("sampled"),
    ];
    const ha = guests.facts("ha");
    const silent = new Map<string, { count: number; since: number; subject: string }>();
    for (const slot of guests.slots()) {
      const of = () => ({
        id: guests.facts("id")[slot] ?? "",
        subject: placed(guests.facts("name")[slot] ?? null, remote[slot] ?? null),
      });
      if (ha[slot] === "error") {
        const words = "was given up by the HA manager";
        look.holds("ha", "crit", { ...of(), rank: RANK.ha, words });
      }
      if (status[slot] !== "running" || !isReached(remote[slot] ?? null)) continue;
      if (!stale[slot]) {
        const part = share(disk[slot]!, whole[slot]!);
        if (isNear(part, LIMITS.disk)) look.exceeds("disk", part, LIMITS.disk, () => ({
          ...of(), rank: RANK.storage, words: `has its root disk ${percent(part)} full`,
        }));
        continue;
      }
      const node = guests.facts("node")[slot] ?? null;
      const id = `node:${remote[slot]}/${node}`;
      const at = nodes.slotOf(id);
      if (at < 0 || nodes.facts("status")[at] !== "online" || nodes.facts("stale")[at]) continue;
      const all = silent.get(id) ?? { count: 0, since: NaN, subject: placed(node, remote[slot]!) };
      all.count++;
      if (!(all.since < sampled[slot]!)) all.since = sampled[slot]!;
      silent.set(id, all);
    }
    for (const [id, { count, since, subject }] of silent) {
      const words = count === 1
        ? "1 guest gives no new figures"
        : `${total(count)} guests give no new figures`;
      look.holds("guests", "warn", { id, subject, rank: RANK.stale, words }, since);
    }
  },
);

/** What is wrong, the worst first; nothing in it moves because a figure did. */
export const problems = memo(() =>
  [...ofRemotes(), ...ofNodes(), ...ofHosts(), ...ofStorage(), ...ofGuests()].sort(
    (a, b) =>
      Number(b.severity === "crit") - Number(a.severity === "crit") ||
      a.rank - b.rank ||
      compareText(a.subject, b.subject) ||
      compareText(a.key, b.key),
  ),
);
