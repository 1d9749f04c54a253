/** Has the server ask what the drawer shows alone, while somebody can see it. */
import { effect, memo, onCleanup } from "rx";
import { opened } from "./opened";
import { seen } from "./seen";
import { connection, guests, nodes } from "./session";

/** What somebody steps through is not asked. */
const REST = 150;

/** What can be asked alone. */
const asked = { guest: guests, node: nodes };

export function startFocus(): void {
  const wanted = memo(() => {
    const id = opened();
    if (id === null || !seen()) return null;
    const table = Object.entries(asked).find(([kind]) => id.startsWith(`${kind}:`))?.[1];
    return table && table.slotOf(id) >= 0 ? id : null;
  });
  effect(() => {
    const id = wanted();
    if (id === null) return connection.look.at(null);
    const timer = setTimeout(() => connection.look.at(id), REST);
    onCleanup(() => clearTimeout(timer));
  });
}
