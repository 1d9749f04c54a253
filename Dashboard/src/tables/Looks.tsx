/** Nodes and hosts in the look that they have, and the choice of it. */
import { type Child, Show } from "rx";
import { type FleetMapSource, maps } from "../stores/maps";
import { FleetMap, MapFigureChoice } from "./FleetMap";
import { HostTable } from "./HostTable";
import { NodeTable } from "./NodeTable";

const isMap = ({ looks }: FleetMapSource) => () => looks.look() === "map";

export const LookChoice = ({ source }: { source: FleetMapSource }): Child => (
  <div class="looks" role="group" aria-label={`Look of the ${source.title}`}>
    {source.looks.all.map((look) => (
      <button
        type="button"
        class="chip"
        aria-pressed={() => String(source.looks.look() === look)}
        onClick={() => source.looks.choose(look)}
      >
        {look[0]!.toUpperCase() + look.slice(1)}
      </button>
    ))}
    <Show when={isMap(source)}>{() => <MapFigureChoice source={source} />}</Show>
  </div>
);

export const NodesAsChosen = (): Child => (
  <Show when={isMap(maps.nodes)} fallback={() => <NodeTable />}>
    {() => <FleetMap source={maps.nodes} />}
  </Show>
);

export const HostsAsChosen = (): Child => (
  <Show when={isMap(maps.hosts)} fallback={() => <HostTable />}>
    {() => <FleetMap source={maps.hosts} />}
  </Show>
);
