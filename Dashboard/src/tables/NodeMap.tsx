/**
 * Hundreds of nodes at a glance: a cell each, filled by one figure. A figure that asks for
 * attention has a ring too, a node that is down a cross, old figures are hatched.
 */
import { type Child, type Get, For, Show, effect, memo, onCleanup, signal, untrack } from "rx";
import { Select } from "../atoms/Choice";
import { markOf } from "../atoms/StatusBadge";
import { LIMITS, type Level, levelOf } from "../format/levels";
import { UNKNOWN, percent, share, total } from "../format/units";
import { MAP_FIGURES, type MapFigure, mapFigure, setMapFigure } from "../stores/nodeLook";
import { nodeOrder, nodeTable, severalRemotes } from "../stores/nodeView";
import { hrefOf } from "../stores/opened";
import { nodes } from "../stores/session";
import { setData } from "./cells";
import { RowFocus, openClickedRow } from "./rowFocus";

const TITLES: Record<MapFigure, string> = { cpu: "CPU", mem: "Memory", disk: "Disk" };
const LIMITS_OF = { cpu: LIMITS.cpu, mem: LIMITS.memory, disk: LIMITS.disk };

function shareOf(slot: number, figure: MapFigure): number {
  const of = (name: "cpu" | "mem" | "memTotal" | "disk" | "diskTotal") => nodes.figure(slot, name);
  if (figure === "cpu") return of("cpu");
  return figure === "mem" ? share(of("mem"), of("memTotal")) : share(of("disk"), of("diskTotal"));
}

const WEIGHTS: Record<Level, number> = { unknown: 0, ok: 0, warn: 1, crit: 2 };

/** The worst of all its figures, whichever is shown. */
const worstOf = (slot: number): Level =>
  MAP_FIGURES.map((figure) => levelOf(shareOf(slot, figure), LIMITS_OF[figure]))
    .reduce((worst, level) => (WEIGHTS[level] > WEIGHTS[worst] ? level : worst), "ok");

const isUp = (slot: number): boolean => nodes.fact(slot, "status") === "online";

interface Part {
  name: string;
  ids: string[];
}

/** By what the table is grouped by, or by remote. */
const parts = memo((): readonly Part[] => {
  const group = nodeTable.group() ?? (severalRemotes() ? "remote" : null);
  const found = new Map<string, Part>();
  for (const slot of nodeOrder()) {
    const name = group === null ? "" : (nodes.fact(slot, group) ?? "none");
    const part = found.get(name) ?? { name, ids: [] };
    found.set(name, part);
    part.ids.push(nodes.fact(slot, "id") ?? "");
  }
  return [...found.values()];
});
const ids = memo(() => parts().flatMap((part) => part.ids));

/** The node that the pointer or the focus is at. */
const [pointed, setPointed] = signal<string | null>(null);

function inWords(slot: number): string {
  const remote = severalRemotes() ? ` on ${nodes.fact(slot, "remote")}` : "";
  const figures = MAP_FIGURES.map((name) => `${TITLES[name]} ${percent(shareOf(slot, name))}`);
  const old = nodes.fact(slot, "stale") ? " · figures are old" : "";
  return `${remote} · ${nodes.fact(slot, "status")} · ${figures.join(" · ")}${old}`;
}

function Caption(): Child {
  const slot = memo(() => (pointed() === null ? -1 : nodes.slotOf(pointed()!)));
  const legend = () => `${TITLES[mapFigure()]} of each node, in percent`;
  return (
    <p class="sub map-caption" data-testid="map-caption">
      <Show when={() => slot() >= 0} fallback={() => legend}>
        {() => [<strong><bdi>{() => nodes.fact(slot(), "name")}</bdi></strong>,
          () => inWords(slot())]}
      </Show>
    </p>
  );
}

function Cell({ id }: { id: string }): Child {
  const words = document.createTextNode("");
  const figure = document.createTextNode("");
  const link = (
    <a
      class="map-cell"
      data-testid="map-cell"
      data-key={id}
      data-id={id}
      href={hrefOf(id)}
      tabindex="-1"
      onPointerenter={() => setPointed(id)}
      onPointerleave={() => setPointed(null)}
      onFocus={() => setPointed(id)}
      onBlur={() => setPointed(null)}
    >
      <span class="map-fill" />
      <span class="sr-only">{words}</span>
      <span class="map-figure">{figure}</span>
    </a>
  ) as HTMLElement;
  const write = (text: Text, said: string) => text.data !== said && (text.data = said);
  effect(() => {
    const slot = nodes.slotOf(id);
    if (slot < 0) return;
    const [up, value, worst] = [isUp(slot), shareOf(slot, mapFigure()), worstOf(slot)];
    const level = levelOf(value, LIMITS_OF[mapFigure()]);
    const full = Math.round(Math.min(100, Math.max(0, value || 0)));
    setData(link, "mark", markOf(nodes.fact(slot, "status") ?? "unknown"));
    setData(link, "level", up ? level : "unknown");
    setData(link, "worst", up && WEIGHTS[worst] > 0 ? worst : null);
    setData(link, "stale", nodes.fact(slot, "stale") ? "" : null);
    const fill = String(full / 100);
    if (link.style.getPropertyValue("--share") !== fill) link.style.setProperty("--share", fill);
    const trouble = !up || WEIGHTS[worst] === 0 ? [] : [worst === "crit" ? "critical" : "warning"];
    const facts = [nodes.fact(slot, "name") ?? UNKNOWN, nodes.fact(slot, "status"), ...trouble];
    write(words, [...facts, `${TITLES[mapFigure()]} `].join(", "));
    write(figure, !up ? "✕" : Number.isNaN(value) ? UNKNOWN : String(full));
  });
  return <li>{link}</li>;
}

export const MapFigureChoice = (): Child => (
  <Select
    class="chip"
    label="Colour the map by"
    options={MAP_FIGURES.map((name) => [name, TITLES[name]] as const)}
    chosen={mapFigure}
    choose={(name) => setMapFigure(name as MapFigure)}
  />
);

/** Where the cell above or below is, by so many cells. */
function nextLine(body: HTMLElement, by: 1 | -1): number {
  const cells = [...body.querySelectorAll<HTMLElement>("[data-key]")];
  const at = cells.findIndex((cell) => cell === document.activeElement);
  if (at < 0) return 0;
  const boxes = cells.map((cell) => cell.getBoundingClientRect());
  const from = boxes[at]!;
  const beyond = (box: DOMRect) => (box.top - from.top) * by;
  const line = Math.min(...boxes.map(beyond).filter((distance) => distance > 1));
  let nearest = at;
  boxes.forEach((box, place) => {
    if (Math.abs(beyond(box) - line) > 1) return;
    const off = Math.abs(box.left - from.left);
    if (nearest === at || off < Math.abs(boxes[nearest]!.left - from.left)) nearest = place;
  });
  return nearest - at;
}

export function NodeMap(): Child {
  let body!: HTMLElement;
  const node = (
    <div
      class="table map"
      role="group"
      aria-label="Map of the nodes"
      data-testid="map"
      onClick={openClickedRow}
      ref={(element) => (body = element)}
    >
      <For each={parts} by={({ name }) => name}>
        {(part) => <Group part={part} />}
      </For>
    </div>
  );
  const steps: Record<string, () => number> = {
    ArrowRight: () => 1,
    ArrowLeft: () => -1,
    ArrowDown: () => nextLine(body, 1),
    ArrowUp: () => nextLine(body, -1),
  };
  const cell = (key: string) => body.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  new RowFocus({
    body,
    count: () => untrack(ids).length,
    keyAt: (position) => untrack(ids)[position] ?? null,
    positionOf: (key) => untrack(ids).indexOf(key),
    targetOf: cell,
    step: (key) => steps[key]?.(),
    onFocus: (has) => nodeTable.hold("focus", has),
  });
  // What is taken away tells no more that it has lost the focus, in every browser.
  onCleanup(() => nodeTable.hold("focus", false));
  return [node, <Caption />];
}

function Group({ part }: { part: Get<Part> }): Child {
  const online = () => part().ids.filter((id) => isUp(nodes.slotOf(id))).length;
  return (
    <div class="map-part">
      <h3 hidden={() => part().name === ""}>
        <bdi>{() => part().name}</bdi>{" "}
        <span class="sub">{() => `${total(online())} of ${total(part().ids.length)} online`}</span>
      </h3>
      <ul class="map-cells">
        <For each={() => part().ids} by={(id) => id}>{(id) => <Cell id={untrack(id)} />}</For>
      </ul>
    </div>
  );
}
