/** A host's row: what it is, how it does, and how old that knowledge is. */
import type { Child } from "rx";
import { LIMITS, levelOf } from "../format/levels";
import {
  UNKNOWN, absolute, ago, celsius, load, percent, rate, share, total, usage,
} from "../format/units";
import type { Disk } from "../stores/fleet";
import { hostTable } from "../stores/hostView";
import { ageOf, history, hostLines, hosts } from "../stores/session";
import { type AnyView, ResourceRow } from "./ResourceRow";
import { FigureCell, TextCell, setData } from "./cells";
import { Measured } from "./parts";

/** A report may be late by this many of the host's own intervals before its age is marked. */
const LATE_INTERVALS = 3;
const INTERVAL = 30;

const LOADS = ["load1", "load5", "load15"] as const;
const FLOWS = ["netIn", "netOut", "diskRead", "diskWrite"] as const;

/** Two rates with their directions. */
const Flows = ({ of }: { of: readonly [word: string, field: string][] }): Child => (
  <>
    {of.map(([word, field]) => (
      <span class="flow">
        <span class="flow-word">{word}</span> <span class="figure" data-field={field} />
      </span>
    ))}
  </>
);

const Blank = (): Child => (
  <div class="host-grid host-row" role="row" data-testid="host">
    <div class="cell-name" role="cell">
      <a class="row-link">
        <bdi data-field="name" />
      </a>
      <bdi class="sub" data-field="os" />
    </div>
    <Measured
      cpu={(
        <span class="sub" title="Load of the last 1, 5 and 15 minutes">
          load {LOADS.map((field) => [<span class="figure" data-field={field} />, " "])}
        </span>
      )}
      mem={<span class="sub">swap <span data-field="swap" /></span>}
      disk={<span class="sub" data-field="fullest" title="The fullest filesystem" />}
    />
    <div class="cell-temp measured" role="cell" data-field="temp" />
    <div class="cell-net measured" role="cell">
      <Flows of={[["in", "netIn"], ["out", "netOut"]]} />
    </div>
    <div class="cell-io measured" role="cell">
      <Flows of={[["read", "diskRead"], ["write", "diskWrite"]]} />
    </div>
    <div class="cell-uptime measured" role="cell" data-field="uptime" />
    <div class="cell-seen age" role="cell" data-field="seen" />
  </div>
);

export class HostRow extends ResourceRow {
  #os = new TextCell(this.element, "os");
  #loads = LOADS.map((name) => [name, new FigureCell(this.element, name, load)] as const);
  #swap = new TextCell(this.element, "swap");
  #fullest = new TextCell(this.element, "fullest");
  #disks: readonly Disk[] | null = null;
  #temp = new FigureCell(this.element, "temp", celsius);
  #flows = FLOWS.map((name) => [name, new FigureCell(this.element, name, rate)] as const);
  #seen = new TextCell(this.element, "seen");

  constructor() {
    super(Blank(), hostTable as unknown as AnyView, hosts, history, hostLines);
    this.#seen.element.addEventListener("pointerenter", () => {
      const seen = hosts.column("seen")[this.slot] ?? NaN;
      this.#seen.element.title = absolute(seen);
    });
  }

  protected isUp = (status: unknown): boolean => status !== "offline";

  protected countOf(slots: readonly number[]): string {
    const online = slots.filter((slot) => hosts.facts("status")[slot] === "online");
    return `${total(online.length)} of ${total(slots.length)} online`;
  }

  protected isStale = (slot: number): boolean => hosts.facts("status")[slot] === "offline";
  protected staleAge = (slot: number): number => ageOf(hosts.column("seen")[slot]!);
  protected ageInWords = (slot: number): string => `Reported ${ago(this.staleAge(slot))}`;

  protected showOwn(slot: number): void {
    const of = (name: Parameters<typeof hosts.column>[0]) => hosts.column(name)[slot]!;
    this.#os.write(hosts.facts("os")[slot] ?? hosts.facts("platform")[slot] ?? UNKNOWN);
    for (const [name, cell] of [...this.#loads, ...this.#flows]) cell.show(of(name));
    this.#swap.write(of("swapTotal") === 0 ? "none" : usage(of("swap"), of("swapTotal")));
    this.#temp.show(of("temp"));
    setData(this.#temp.element, "level", levelOf(of("temp"), LIMITS.temperature));
    this.#showFullest(hosts.facts("disks")[slot] ?? []);
  }

  /** The filesystem that is nearest to being full: a sum hides it. */
  #showFullest(disks: readonly Disk[]): void {
    if (disks === this.#disks) return;
    this.#disks = disks;
    let found: { mount: string; used: number } | null = null;
    for (const [mount, , used, size] of disks) {
      const part = share(used, size);
      if (part > (found?.used ?? -1)) found = { mount, used: part };
    }
    this.#fullest.write(found ? `${percent(found.used)} ${found.mount}` : UNKNOWN);
    setData(this.#fullest.element, "level", levelOf(found?.used ?? null, LIMITS.disk));
  }

  override showTimes(): void {
    super.showTimes();
    if (this.slot < 0) return;
    const age = this.staleAge(this.slot);
    const every = hosts.column("interval")[this.slot] || INTERVAL;
    this.#seen.write(ago(age));
    setData(this.#seen.element, "late", age > LATE_INTERVALS * every * 1000 ? "" : null);
  }
}
