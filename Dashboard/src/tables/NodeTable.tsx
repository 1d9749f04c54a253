/** All nodes, a row each; on a phone two lines. */
import { type Child, For, effect, untrack } from "rx";
import { StatusBadge, markOf } from "../atoms/StatusBadge";
import { LIMITS } from "../format/levels";
import { UNKNOWN, ago, duration, load, percent } from "../format/units";
import { now } from "../stores/clock";
import type { NodeFigure } from "../stores/fleet";
import { countsOn, nodeOrder, severalRemotes } from "../stores/nodeView";
import { hrefOf } from "../stores/opened";
import { ageOf, connection, figuresAge, nodeHistory, nodes, remotes } from "../stores/session";
import { BarCell, FigureCell, LineCell, TextCell, setData } from "./cells";
import { Bar, Line, StaleAge } from "./parts";
import { openClickedRow } from "./rowFocus";

const COLUMNS = [
  ["name", "Node"],
  ["remote", "Remote"],
  ["status", "Status"],
  ["cpu", "CPU"],
  ["trend", "CPU, 2 min"],
  ["mem", "Memory"],
  ["disk", "Disk"],
  ["load", "Load"],
  ["guests", "Guests"],
  ["uptime", "Uptime"],
] as const;

export function NodeTable(): Child {
  return (
    <div
      class="table nodes"
      role="table"
      onClick={openClickedRow}
      aria-label="Nodes"
      aria-rowcount={() => nodeOrder().length + 1}
      data-several={severalRemotes}
    >
      <div role="rowgroup">
        <div class="node-grid table-head" role="row">
          {COLUMNS.map(([name, title]) => (
            <span class={`cell-${name}`} role="columnheader">
              {title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup">
        <For each={nodeOrder} by={(slot) => slot}>
          {(slot) => <NodeRow slot={slot()} />}
        </For>
      </div>
    </div>
  );
}

const Blank = (): Child => (
  <div class="node-grid node-row" role="row" data-testid="node">
    <div class="cell-name" role="cell">
      <a class="row-link">
        <bdi data-field="name" />
      </a>
    </div>
    <bdi class="cell-remote" role="cell" data-field="remote" />
    <div class="cell-status" role="cell">
      <StatusBadge />
      <StaleAge />
    </div>
    <div class="cell-cpu measured" role="cell">
      <Bar field="cpu" />
    </div>
    <div class="cell-trend measured" role="cell">
      <Line />
    </div>
    <div class="cell-mem measured" role="cell">
      <Bar field="mem" />
    </div>
    <div class="cell-disk measured" role="cell">
      <Bar field="disk" />
    </div>
    <div
      class="cell-load measured"
      role="cell"
      data-field="load1"
      title="Load of the last minute"
    />
    <div class="cell-guests" role="cell" data-field="guests" title="Guests that run, of all" />
    <div class="cell-uptime measured" role="cell" data-field="uptime" />
  </div>
);

function NodeRow({ slot }: { slot: number }): Child {
  const row = Blank() as HTMLElement;
  const badge = row.querySelector<HTMLElement>(".badge")!;
  const text = (field: string) => new TextCell(row, field);
  const [name, remote, status, age] = [text("name"), text("remote"), text("status"), text("age")];
  const [running, uptime] = [text("guests"), text("uptime")];
  const cpu = new BarCell(row, "cpu", LIMITS.cpu, percent);
  const mem = new BarCell(row, "mem", LIMITS.memory);
  const disk = new BarCell(row, "disk", LIMITS.disk);
  const load1 = new FigureCell(row, "load1", load);
  const line = new LineCell(row);
  const of = (field: NodeFigure) => nodes.column(field)[slot]!;
  const showTimes = () => {
    const isUp = nodes.facts("status")[slot] === "online";
    uptime.write(isUp ? duration(ageOf(of("boot"))) : UNKNOWN);
    const isStale = nodes.facts("stale")[slot] === true;
    const since = isStale ? figuresAge(nodes.facts("remote")[slot] ?? null, of("sampled")) : NaN;
    if (isStale) age.write(ago(since));
    const hidden = !isStale || Number.isNaN(since);
    if (age.element.hidden !== hidden) age.element.hidden = hidden;
  };
  effect(() => {
    nodes.topo();
    const word = nodes.facts("status")[slot] ?? "unknown";
    const id = nodes.facts("id")[slot] ?? "";
    if (row.dataset["id"] !== id) row.querySelector<HTMLAnchorElement>(".row-link")!.href = hrefOf(id);
    setData(row, "id", id);
    setData(row, "status", word);
    setData(row, "stale", nodes.facts("stale")[slot] ? "" : null);
    setData(badge, "mark", markOf(word));
    name.write(nodes.facts("name")[slot] ?? UNKNOWN);
    remote.write(nodes.facts("remote")[slot] ?? UNKNOWN);
    status.write(word);
    const on = countsOn(slot);
    running.write(`${on.running}/${on.all}`);
  });
  effect(() => {
    nodes.rev();
    cpu.show(of("cpu"), 100);
    mem.show(of("mem"), of("memTotal"));
    disk.show(of("disk"), of("diskTotal"));
    load1.show(of("load1"));
    line.show(nodeHistory.series(slot, "cpu"));
  });
  effect(() => {
    now();
    connection.ahead();
    nodes.rev();
    remotes.topo();
    untrack(showTimes);
  });
  return row;
}
