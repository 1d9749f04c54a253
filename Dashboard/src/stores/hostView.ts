/** How the viewer looks at the hosts: their order, and which of them are unfolded. */
import { memo, signal, untrack } from "rx";
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

const [choices, setChoices] = signal<ReadonlyMap<string, boolean>>(new Map());

/** A machine on its own, with no cluster beside it, is unfolded until the viewer folds it. */
export const isOpen = (slot: number): boolean =>
  choices().get(idOf(slot)) ?? (inOrder().length === 1 && nodes.slots().length === 0);

export const toggleOpen = (slot: number): void =>
  untrack(() => setChoices(new Map(choices()).set(idOf(slot), !isOpen(slot))));
