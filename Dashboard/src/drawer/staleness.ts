/** Why a polled row is not live, in words. */
import { age, ago } from "../format/units";
import { ageOf, figuresAge, remoteNamed, remotes } from "../stores/session";

/** A table of what is polled. */
interface Polled {
  fact(slot: number, name: "remote" | "status"): string | null;
  fact(slot: number, name: "stale"): boolean | null;
  figure(slot: number, name: "sampled"): number;
}

/** What a row says that is old although its remote answers. */
export const NO_SAMPLE = "Proxmox answers, but has taken no new sample since.";

/** "" while the figures are live. */
export function staleness(table: Polled, row: number): string {
  if (!table.fact(row, "stale")) return "";
  const [remote, status] = [table.fact(row, "remote"), table.fact(row, "status")];
  const old = figuresAge(remote, table.figure(row, "sampled"));
  const from = Number.isNaN(old) ? "There are no figures yet" : `The figures are from ${ago(old)}`;
  const slot = remoteNamed(remote);
  if (slot >= 0 && remotes.fact(slot, "status") === "failing") {
    const since = remotes.figure(slot, "failingSince");
    const error = remotes.fact(slot, "error") ?? "it does not answer";
    const during = Number.isNaN(since) ? "" : ` for ${age(ageOf(since))}`;
    return `${from}: ${remote} fails${during} (${error}).`;
  }
  if (status === "offline") return `${from}: the cluster has lost this node.`;
  if (status === "unknown") return `${from}: Proxmox itself knows no more.`;
  return `${from}: ${NO_SAMPLE}`;
}
