/** Why a polled row is not live, in words. */
import { age, ago } from "../format/units";
import { ageOf, figuresAge, remoteNamed, remotes } from "../stores/session";

/** A table of what is polled. */
export interface Polled {
  fact(slot: number, name: "remote" | "status"): string | null;
  fact(slot: number, name: "stale"): boolean | null;
  figure(slot: number, name: "sampled"): number;
}

/** The slot of a remote that fails; -1 while it answers. */
function failing(remote: string | null): number {
  const slot = remoteNamed(remote);
  return slot >= 0 && remotes.fact(slot, "status") === "failing" ? slot : -1;
}

/** Whether a row is old although its remote answers, and knows of what the row is about. */
export function lacksSamples(table: Polled, row: number): boolean {
  if (failing(table.fact(row, "remote")) >= 0) return false;
  return !["offline", "unknown"].includes(table.fact(row, "status") ?? "unknown");
}

/** "" while the figures are live. */
export function staleness(table: Polled, row: number): string {
  if (!table.fact(row, "stale")) return "";
  const [remote, status] = [table.fact(row, "remote"), table.fact(row, "status")];
  const old = figuresAge(remote, table.figure(row, "sampled"));
  const from = Number.isNaN(old) ? "There are no figures yet" : `The figures are from ${ago(old)}`;
  const slot = failing(remote);
  if (slot >= 0) {
    const since = remotes.figure(slot, "failingSince");
    const error = remotes.fact(slot, "error") ?? "it does not answer";
    const during = Number.isNaN(since) ? "" : ` for ${age(ageOf(since))}`;
    return `${from}: ${remote} fails${during} (${error}).`;
  }
  if (status === "offline") return `${from}: the cluster has lost this node.`;
  if (status === "unknown") return `${from}: Proxmox itself knows no more.`;
  return `${from}: Proxmox answers, but has taken no new sample since.`;
}
