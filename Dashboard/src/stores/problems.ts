/**
 * Is anything wrong? As the server judges: the worst come with its summary, and all of them only
 * when somebody asks for more.
 */
import { memo, signal } from "rx";
import type { Severity } from "./fleet";
import { severalRemotes } from "./nodeView";
import { connection, isLoaded, problems as table } from "./session";
import { compareText } from "./sorting";
import { counted, worstProblems } from "./summary";

export interface Problem {
  /** Tells it from any other, and stays while it lasts. */
  key: string;
  /** What the drawer opens. */
  id: string;
  severity: Severity;
  subject: string;
  words: string;
  /** Since when, by the server's clock. */
  since: number;
  /** Whether it began before `since`, nobody knows when. */
  isOlder: boolean;
}

/** The same each time, so that nobody is told of it again. */
const NONE: readonly Problem[] = [];

const [isWhole, setWhole] = signal(false);
export { isWhole };

/** Has all of them listed, or only the worst again. */
export function showWhole(whole: boolean): void {
  setWhole(whole);
  connection.want("problems", whole);
}

/** Where a resource is, read from its identity: for the name of one among several remotes. */
export function placeIn(id: string): string {
  const [kind = "", rest = ""] = id.split(/:(.*)/s);
  const [remote = "", node = "", ...others] = rest.split("/");
  if (kind === "node" || kind === "guest") return severalRemotes() ? remote : "";
  if (kind !== "storage") return "";
  return [severalRemotes() ? remote : "", others.length > 0 ? node : ""].filter(Boolean).join("/");
}

function subjectOf(id: string, name: string | null): string {
  const place = placeIn(id);
  return `${name ?? "unnamed"}${place && ` (${place})`}`;
}

/** Tells the problems of one resource apart that began together. */
function keyed(all: readonly Omit<Problem, "key">[]): readonly Problem[] {
  const known = new Map<string, number>();
  return all.map((problem) => {
    const moment = `${problem.id} ${problem.since}`;
    const before = known.get(moment) ?? 0;
    known.set(moment, before + 1);
    return { ...problem, key: `${moment} ${before}` };
  });
}

const worst = memo(() => {
  const entries = worstProblems();
  if (entries.length === 0) return NONE;
  return keyed(
    entries.map(([severity, id, name, words, since, isOlder]) => ({
      id, severity, words, isOlder, subject: subjectOf(id, name), since: since ?? NaN,
    })),
  );
});

/** The order in which the worst is first. */
function byWeight(a: number, b: number): number {
  const text = (name: "name" | "id") =>
    compareText(table.facts(name)[a] ?? "", table.facts(name)[b] ?? "");
  const isCritical = (slot: number) => Number(table.facts("severity")[slot] === "crit");
  const [one, other] = [table.column("rank")[a]!, table.column("rank")[b]!];
  return isCritical(b) - isCritical(a) || one - other || text("name") || text("id");
}

const all = memo(() =>
  keyed(
    table.slots().toSorted(byWeight).map((slot) => {
      const id = table.fact(slot, "resource") ?? "";
      return {
        id,
        severity: table.fact(slot, "severity") ?? "warn",
        subject: subjectOf(id, table.fact(slot, "name")),
        words: table.fact(slot, "words") ?? "",
        since: table.figure(slot, "since"),
        isOlder: table.fact(slot, "older") ?? false,
      };
    }),
  ),
);

/** What is wrong, the worst first: ten at most unless all were asked for, and have come. */
export const problems = memo(() => (isWhole() && isLoaded("problems") ? all() : worst()));

/** How many things are wrong, listed or not. */
export const problemCount = (): number => counted("crit") + counted("warn");
