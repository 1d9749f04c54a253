/** What is wrong with the stand-in's fleet, and how many there are of what. */
import { FakeStream, type Row } from "./fake-stream";

type Streams = ReadonlyMap<string, FakeStream>;

/** What the stand-in may find wrong: like the server, but without its patience. */
interface Finding {
  kind: string;
  detail: string;
  severity: "warn" | "crit";
  of: Row;
  words: string;
  since?: unknown;
}

/** The kinds, worst first. */
const KINDS = ["remote", "quorum", "node", "host", "ha", "storage", "hot", "stale"];
const WORST_MAX = 10;
const FIELDS = [
  "h", "id", "severity", "rank", "kind", "resource", "type", "name", "remote", "node", "words",
  "since", "older",
];
const COUNTS = [
  "crit", "warn", "remotes", "remotesOnline", "nodes", "nodesOnline", "hosts", "hostsOnline",
  "storages", "storagesAvailable", "guests", "guestsRunning", "guestsStopped", "templates",
];

const rowsOf = (streams: Streams, name: string): readonly Row[] => streams.get(name)?.rows ?? [];

function* findings(streams: Streams): Generator<Finding> {
  const answers = new Set<unknown>();
  for (const of of rowsOf(streams, "remotes")) {
    const { status, error, failingSince: since } = of;
    if (status === "online") answers.add(of["name"]);
    const [kind, severity] = ["remote", status === "failing" ? "crit" : "warn"] as const;
    const words = `${status === "failing" ? "does not answer" : "answers in part"}: ${error}`;
    if (error) yield { kind, detail: "", severity, of, words, since };
  }
  for (const of of rowsOf(streams, "nodes")) {
    if (!answers.has(of["remote"])) continue;
    if (of["status"] === "offline") {
      const words = "is offline";
      yield { kind: "node", detail: "", severity: "crit", of, words, since: of["sampled"] };
    } else yield* hot(of, "root disk");
  }
  for (const of of rowsOf(streams, "hosts")) {
    if (of["status"] === "offline") {
      const words = "does not report";
      yield { kind: "host", detail: "", severity: "crit", of, words, since: of["seen"] };
      continue;
    }
    yield* hot(of, null);
    for (const [mount, , used, size] of of["disks"] as [string, string, number, number][]) {
      const words = (part: string) => `has ${mount} ${part} full`;
      yield* measured(of, "hot", `disk:${mount}`, (used / size) * 100, 90, words);
    }
  }
  for (const of of rowsOf(streams, "storage")) {
    if (!answers.has(of["remote"]) || of["stale"]) continue;
    const part = (Number(of["disk"]) / Number(of["diskTotal"])) * 100;
    yield* measured(of, "storage", "full", part, 85, (text) => `is ${text} full`);
  }
}

/** `disk` is the word for its disk where that counts as a whole. */
function* hot(of: Row, disk: string | null): Generator<Finding> {
  const part = (name: string) => (Number(of[name]) / Number(of[`${name}Total`])) * 100;
  const uses = (what: string) => (text: string) => `uses ${text} of its ${what}`;
  yield* measured(of, "hot", "cpu", Number(of["cpu"] ?? NaN), 80, uses("CPU"));
  yield* measured(of, "hot", "mem", part("mem"), 85, uses("memory"));
  if (disk) yield* measured(of, "hot", "disk", part("disk"), 90, uses(disk));
}

function* measured(
  of: Row, kind: string, detail: string, value: number, limit: number,
  words: (text: string) => string,
): Generator<Finding> {
  if (!(value >= limit)) return;
  const severity = value >= Math.min(99, limit + 10) ? "crit" : "warn";
  yield { kind, detail, severity, of, words: words(`${Math.floor(value)} %`) };
}

/** Streams `problems` and `summary`, which follow the others. */
export class FakeVerdict {
  readonly problems = new FakeStream("problems", FIELDS, [], [], () => false);
  readonly summary: FakeStream;
  #handle = 0;
  #isFirst = true;

  constructor(readonly streams: Streams, now: number) {
    const cold = ["h", "id", "severity", "line", "worst"];
    const rows = [{ h: 0, id: "summary" }];
    this.summary = new FakeStream("summary", cold, COUNTS, rows, (row) => this.#count(row));
    this.tick(now);
  }

  /** The deltas of both streams. */
  tick(now: number): [stream: FakeStream, delta: string | null][] {
    const { set, gone } = this.#judge(now);
    const told = this.problems.tick(now, set, gone);
    const { worst, severity } = this.#worst();
    const before = this.summary.rows[0]!;
    const isOther = JSON.stringify(worst) !== JSON.stringify(before["worst"]);
    const change = { h: 0, severity, line: "", worst };
    const counted = this.summary.tick(now, isOther ? [change] : []);
    this.#isFirst = false;
    return [[this.summary, counted], [this.problems, told]];
  }

  #judge(now: number): { set: Row[]; gone: number[] } {
    const known = new Map(this.problems.rows.map((row) => [row["id"], row]));
    const set: Row[] = [];
    for (const { kind, detail, severity, of, words, since } of findings(this.streams)) {
      const [resource, name] = [String(of["id"]), of["name"] ?? null];
      const id = `problem:${kind}:${resource}${detail && `:${detail}`}`;
      const before = known.get(id);
      known.delete(id);
      const row = {
        id, severity, rank: KINDS.indexOf(kind), kind, resource, type: resource.split(":")[0],
        name, remote: of["remote"] ?? null, node: of["node"] ?? null, words,
        since: before?.["since"] ?? since ?? now,
        older: before?.["older"] ?? (this.#isFirst && since === undefined),
      };
      const h = before ? before["h"] : this.#handle++;
      const isSame = before?.["words"] === words && before["severity"] === severity;
      if (!isSame) set.push({ h, ...row });
    }
    return { set, gone: [...known.values()].map((row) => Number(row["h"])) };
  }

  #worst(): { worst: unknown[][]; severity: string } {
    const weight = (row: Row) => (row["severity"] === "crit" ? 0 : 100) + Number(row["rank"]);
    const text = (row: Row) => `${row["name"]} ${row["id"]}`;
    const sorted = this.problems.rows.toSorted(
      (a, b) => weight(a) - weight(b) || (text(a) < text(b) ? -1 : 1),
    );
    const worst = sorted.slice(0, WORST_MAX).map(
      ({ severity, resource, name, words, since, older }) =>
        [severity, resource, name, words, since, older],
    );
    return { worst, severity: String(sorted[0]?.["severity"] ?? "ok") };
  }

  /** Brings the counts up to date; whether one has changed. */
  #count(row: Row): boolean {
    const of = (stream: string, status?: string) =>
      rowsOf(this.streams, stream)
        .filter((each) => !each["template"] && (!status || each["status"] === status)).length;
    const bad = (severity: string) =>
      this.problems.rows.filter((each) => each["severity"] === severity).length;
    const counts = [
      bad("crit"), bad("warn"), of("remotes"), of("remotes", "online"), of("nodes"),
      of("nodes", "online"), of("hosts"), of("hosts", "online"), of("storage"),
      of("storage", "available"), of("guests"), of("guests", "running"),
      of("guests", "stopped"), rowsOf(this.streams, "guests").filter((g) => g["template"]).length,
    ];
    const isMoved = COUNTS.some((name, at) => row[name] !== counts[at]);
    COUNTS.forEach((name, at) => (row[name] = counts[at]));
    return isMoved;
  }
}
