/** The nodes in the look that the viewer has chosen, and that choice. */
import { type Child, Show } from "rx";
import { NODE_LOOKS, nodeLook, setNodeLook } from "../stores/nodeLook";
import { MapFigureChoice, NodeMap } from "./NodeMap";
import { NodeTable } from "./NodeTable";

const isMap = () => nodeLook() === "map";

export const NodeLookChoice = (): Child => (
  <div class="looks" role="group" aria-label="Look of the nodes">
    {NODE_LOOKS.map((look) => (
      <button
        type="button"
        class="chip"
        aria-pressed={() => String(nodeLook() === look)}
        onClick={() => setNodeLook(look)}
      >
        {look[0]!.toUpperCase() + look.slice(1)}
      </button>
    ))}
    <Show when={isMap}>{() => <MapFigureChoice />}</Show>
  </div>
);

export const NodesAsChosen = (): Child => (
  <Show when={isMap} fallback={() => <NodeTable />}>{() => <NodeMap />}</Show>
);
