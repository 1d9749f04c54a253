/** How the viewer looks at the hosts: their order. */
import { memo } from "rx";
import { hosts, nodes } from "./session";
import { compareText } from "./sorting";

const nameOf = (slot: number): string => hosts.fact(slot, "name") ?? "";
const idOf = (slot: number): string => hosts.fact(slot, "id") ?? "";

/** By name, so that nothing moves when figures do. */
export const inOrder = memo(() =>
  hosts
    .slots()
    .toSorted((a, b) => compareText(nameOf(a), nameOf(b)) || compareText(idOf(a), idOf(b))),
);

export const onlineCount = memo(
  () => inOrder().filter((slot) => hosts.fact(slot, "status") === "online").length,
);

/** A machine on its own, with no cluster beside it, shows its details at once. */
export const isAlone = memo(() => inOrder().length === 1 && nodes.slots().length === 0);
