/** All nodes, of which only those in the window have a row; on a phone two lines each. */
import type { Child } from "rx";
import { maps } from "../stores/maps";
import { type NodeSort, nodeTable, severalRemotes } from "../stores/nodeView";
import { nodeLines } from "../stores/session";
import { NodeRow } from "./NodeRow";
import { ResourceTable } from "./ResourceTable";
import { type Column, cpuLines } from "./columns";

const COLUMNS: readonly Column<string, NodeSort>[] = [
  { name: "name", title: "Node", by: "name", width: 80, grow: 1.2, yields: 0 },
  { name: "remote", title: "Remote", by: "remote", width: 80, grow: 0.6, yields: 2, when: severalRemotes },
  { name: "status", title: "Status", by: "status", width: 164, yields: 0 },
  { name: "cpu", title: "CPU", by: "cpu", width: 64, grow: 0.7, yields: 0 },
  { name: "trend", title: cpuLines, width: 84, grow: 1.4, yields: 6 },
  { name: "mem", title: "Memory", by: "mem", width: 146, grow: 1, yields: 0 },
  { name: "disk", title: "Disk", by: "disk", width: 146, grow: 1, yields: 3 },
  { name: "load", title: "Load", by: "load", width: 48, yields: 5 },
  { name: "guests", title: "Guests", by: "guests", width: 84, yields: 1 },
  { name: "uptime", title: "Uptime", by: "uptime", width: 84, yields: 4 },
];

export const nodeColumns = () => COLUMNS;

export function NodeTable(): Child {
  return (
    <ResourceTable
      kind="node"
      label="Nodes"
      view={nodeTable}
      columns={nodeColumns}
      make={() => new NodeRow()}
      lines={nodeLines}
      isCards={() => maps.nodes.looks.look() === "cards"}
    />
  );
}
