/**
 * Hundreds of nodes or hosts at a glance: a cell each, filled by one figure. A figure that asks for
 * attention has a ring too; what is down has a cross, what nobody knows a question mark, and old
 * figures are hatched.
 */
import { type Child, type Get, For, Show, effect, memo, onCleanup, signal, untrack } from "rx";
import { Select } from "../atoms/Choice";
import { type Level, levelOf } from "../format/levels";
import { UNKNOWN, total } from "../format/units";
import type { FleetMapSource } from "../stores/maps";
import { hrefOf } from "../stores/opened";
import { setData } from "./cells";
import { RowFocus, openClickedRow } from "./rowFocus";

const WEIGHTS: Record<Level, number> = { unknown: 0, ok: 0, warn: 1, crit: 2 };

/** The worst of all its figures, whichever is shown. */
function worstOf({ figures }: FleetMapSource, slot: number): Level {
  let worst: Level = "ok";
  for (const { of, limits } of figures) {
    const level = levelOf(of(slot), limits);
    if (WEIGHTS[level] > WEIGHTS[worst]) worst = level;
  }
  return worst;
}

type State = "up" | "down" | "unknown";

function stateOf({ table }: FleetMapSource, slot: number): State {
  const status = table.fact(slot, "status");
  return status === "online" ? "up" : status === "offline" ? "down" : "unknown";
}

interface Part {
  name: string;
  ids: string[];
}

function partsOf({ table, order, partOf }: FleetMapSource): readonly Part[] {
  const found = new Map<string, Part>();
  for (const slot of order()) {
    const name = partOf(slot);
    const part = found.get(name) ?? { name, ids: [] };
    found.set(name, part);
    part.ids.push(table.fact(slot, "id") ?? "");
  }
  return [...found.values()];
}

function inWords({ table, figures, placeOf, isStale }: FleetMapSource, slot: number): string {
  const all = figures.map(({ title, of, format }) => `${title} ${format(of(slot))}`);
  const old = isStale(slot) ? " · figures are old" : "";
  return `${placeOf(slot)} · ${table.fact(slot, "status")} · ${all.join(" · ")}${old}`;
}

/** What a map is made of, and which of its cells the pointer or the focus is at. */
interface Shown {
  source: FleetMapSource;
  point: (id: string | null) => void;
}

function Caption({ source, pointed }: { source: FleetMapSource; pointed: Get<string | null> }): Child {
  const slot = memo(() => (pointed() === null ? -1 : source.table.slotOf(pointed()!)));
  const legend = () => `${source.fill().title} of each, in ${source.fill().unit}`;
  return (
    <p class="sub map-caption" data-testid="map-caption">
      <Show when={() => slot() >= 0} fallback={() => legend}>
        {() => [<strong><bdi>{() => source.table.fact(slot(), "name")}</bdi></strong>,
          () => inWords(source, slot())]}
      </Show>
    </p>
  );
}

const MARKS: Record<State, string> = { up: "", down: "✕", unknown: "?" };
const TROUBLE: Record<Level, string> = {
  unknown: "", ok: "", warn: ", warning", crit: ", critical",
};

/**
 * A class for each height, from the first map on. A browser computes the style of cells that look
 * alike once; that of a cell with a declaration of its own it would compute anew for each, in every
 * tick.
 */
let hasHeights = false;
function addHeights(): void {
  if (hasHeights) return;
  hasHeights = true;
  const heights = new CSSStyleSheet();
  for (let full = 0; full <= 100; full++) {
    heights.insertRule(`.full-${full} { background-size: 100% ${full}% }`);
  }
  document.adoptedStyleSheets.push(heights);
}

let cells = 0;

function Cell({ id, shown: { source, point } }: { id: string; shown: Shown }): Child {
  const { table, fill, isStale } = source;
  const [words, figure] = [document.createTextNode(""), document.createTextNode("")];
  const [wordsId, figureId] = [`cell-${++cells}-words`, `cell-${cells}-figure`];
  const link = (
    <a
      class="map-cell full-0"
      data-testid="map-cell"
      data-key={id}
      data-id={id}
      href={hrefOf(id)}
      tabindex="-1"
      onPointerenter={() => point(id)}
      onPointerleave={() => point(null)}
      onFocus={() => point(id)}
      onBlur={() => point(null)}
    >
      <span id={wordsId} hidden>{words}</span>
      <span id={figureId} class="map-figure">{figure}</span>
    </a>
  ) as HTMLElement;
  // Hundreds change in one tick: each touches the document only where it reads differently.
  let [height, look] = [0, ""];
  effect(() => {
    const slot = table.slotOf(id);
    if (slot < 0) return;
    const { title, limits, of } = fill();
    const [state, value] = [stateOf(source, slot), of(slot)];
    const level = state === "up" ? levelOf(value, limits) : "unknown";
    const worst = state === "up" ? worstOf(source, slot) : "unknown";
    const stale = isStale(slot) ? "" : null;
    const full = Math.round(Math.min(100, Math.max(0, value || 0)));
    if (height !== full) link.classList.replace(`full-${height}`, `full-${full}`);
    height = full;
    const status = table.fact(slot, "status") ?? "unknown";
    const called = `${table.fact(slot, "name") ?? UNKNOWN}, ${status}`;
    const looks = `${state} ${level} ${worst} ${stale} ${title} ${called}`;
    if (look !== looks) {
      setData(link, "state", state);
      setData(link, "level", level);
      setData(link, "worst", WEIGHTS[worst] > 0 ? worst : null);
      setData(link, "stale", stale);
      const old = stale === null ? "" : ", figures are old";
      words.data = `${called}${TROUBLE[worst]}${old}${state === "up" ? `, ${title}` : ""}`;
      // Its cross or question mark says what the words say.
      const name = state === "up" ? `${wordsId} ${figureId}` : wordsId;
      link.setAttribute("aria-labelledby", name);
    }
    look = looks;
    const said = MARKS[state] || (Number.isNaN(value) ? UNKNOWN : String(full));
    if (figure.data !== said) figure.data = said;
  });
  return <li>{link}</li>;
}

export const MapFigureChoice = ({ source: { figures, fill, setFill } }: {
  source: FleetMapSource;
}): Child => (
  <Select
    class="chip"
    label="Colour the map by"
    options={figures.map(({ name, title }) => [name, title] as const)}
    chosen={() => fill().name}
    choose={setFill}
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

export function FleetMap({ source }: { source: FleetMapSource }): Child {
  addHeights();
  let body!: HTMLElement;
  const [pointed, point] = signal<string | null>(null);
  const parts = memo(() => partsOf(source));
  const ids = memo(() => parts().flatMap((part) => part.ids));
  const shown = { source, point };
  const node = (
    <div
      class="table map"
      role="group"
      aria-label={`Map of the ${source.title}`}
      data-testid="map"
      onClick={openClickedRow}
      ref={(element) => (body = element)}
    >
      <For each={parts} by={({ name }) => name}>
        {(part) => <Group part={part} shown={shown} />}
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
    onFocus: source.hold,
  });
  // What is taken away tells no more that it has lost the focus, in every browser.
  onCleanup(() => source.hold(false));
  return [node, <Caption source={source} pointed={pointed} />];
}

function Group({ part, shown }: { part: Get<Part>; shown: Shown }): Child {
  const { source } = shown;
  const isUp = (id: string) => stateOf(source, source.table.slotOf(id)) === "up";
  const online = () => part().ids.filter(isUp).length;
  return (
    <div class="map-part">
      <h3 hidden={() => part().name === ""}>
        <bdi>{() => part().name}</bdi>{" "}
        <span class="sub">{() => `${total(online())} of ${total(part().ids.length)} online`}</span>
      </h3>
      <ul class="map-cells">
        <For each={() => part().ids} by={(id) => id}>
          {(id) => <Cell id={untrack(id)} shown={shown} />}
        </For>
      </ul>
    </div>
  );
}
