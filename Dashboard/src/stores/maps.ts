/** What there are maps of, by which figures their cells can be filled, and how they look else. */
import { type Get, memo, signal } from "rx";
import { LIMITS, type Limits } from "../format/levels";
import { celsius, percent, share } from "../format/units";
import { hostOrder, hostTable } from "./hostView";
import { Looks } from "./looks";
import { nodeOrder, nodeTable, severalRemotes } from "./nodeView";
import { isPhone } from "./phone";
import { hosts, nodes } from "./session";

/** A figure that can fill the cells of a map: of 100, percent or degrees. */
export interface MapFigure {
  name: string;
  title: string;
  /** Of what stands in a cell, in a word. */
  unit: string;
  limits: Limits;
  /** Watched; NaN is unknown. */
  of: (slot: number) => number;
  format: (value: number) => string;
}

/** What the map needs of a stream, as far as all of them are alike. */
interface Mapped {
  slotOf(id: string): number;
  fact(slot: number, name: "id" | "name" | "status"): string | null;
}

/** Something that there is a map of. */
export interface FleetMapSource {
  /** "nodes" */
  title: string;
  /** What its parameters of the address begin with. */
  prefix: string;
  looks: Looks;
  figures: readonly MapFigure[];
  /** What fills the cells. */
  fill: Get<MapFigure>;
  /** By its name; the first for what no figure is called. */
  setFill: (name: string | null) => void;
  table: Mapped;
  order: Get<Int32Array>;
  /** In which part of the map it is; the only part has no name. */
  partOf: (slot: number) => string;
  /** Where it is, in words. */
  placeOf: (slot: number) => string;
  isStale: (slot: number) => boolean;
  hold: (isHeld: boolean) => void;
}

function fillOf(figures: readonly MapFigure[]): Pick<FleetMapSource, "figures" | "fill" | "setFill"> {
  const [fill, set] = signal(figures[0]!);
  const setFill = (name: string | null) =>
    set(figures.find((figure) => figure.name === name) ?? figures[0]!);
  return { figures, fill, setFill };
}

/** In which group each is, as long as there are groups. */
function partsBy<Group extends string>(
  group: Get<Group | null>, groupOf: (slot: number, by: Group) => string | null,
): (slot: number) => string {
  const by = memo(group);
  return (slot) => {
    const name = by();
    return name === null ? "" : (groupOf(slot, name) ?? "none");
  };
}

interface Used {
  figure(slot: number, name: "cpu" | "mem" | "memTotal" | "disk" | "diskTotal"): number;
}

/** What every machine has some of. */
function usesOf(table: Used): readonly MapFigure[] {
  const use = (
    name: string, title: string, limits: Limits, of: (slot: number) => number,
  ): MapFigure => ({ name, title, unit: "percent", limits, format: percent, of });
  const parted = (part: "mem" | "disk") => (slot: number) =>
    share(table.figure(slot, part), table.figure(slot, `${part}Total`));
  return [
    use("cpu", "CPU", LIMITS.cpu, (slot) => table.figure(slot, "cpu")),
    use("mem", "Memory", LIMITS.memory, parted("mem")),
    use("disk", "Disk", LIMITS.disk, parted("disk")),
  ];
}

const nodeMap: FleetMapSource = {
  title: "nodes",
  prefix: "n",
  looks: new Looks("nview", ["table", "cards", "map"], () => nodes.slots().length, isPhone),
  ...fillOf(usesOf(nodes)),
  table: nodes,
  order: nodeOrder,
  partOf: partsBy(
    () => nodeTable.group() ?? (severalRemotes() ? "remote" : null),
    (slot, by) => nodes.fact(slot, by),
  ),
  placeOf: (slot) => (severalRemotes() ? ` on ${nodes.fact(slot, "remote")}` : ""),
  isStale: (slot) => nodes.fact(slot, "stale") === true,
  hold: (isHeld) => nodeTable.hold("focus", isHeld),
};

const hostMap: FleetMapSource = {
  title: "hosts",
  prefix: "h",
  looks: new Looks("hview", ["table", "map"], () => hosts.slots().length, isPhone),
  ...fillOf([
    ...usesOf(hosts),
    {
      name: "temp", title: "Temperature", unit: "°C", limits: LIMITS.temperature, format: celsius,
      of: (slot) => hosts.figure(slot, "temp"),
    },
  ]),
  table: hosts,
  order: hostOrder,
  partOf: partsBy(() => hostTable.group(), (slot, by) => hosts.fact(slot, by)),
  placeOf: () => "",
  // A host reports itself: one that has gone quiet is offline.
  isStale: () => false,
  hold: (isHeld) => hostTable.hold("focus", isHeld),
};

export const maps = { nodes: nodeMap, hosts: hostMap };
