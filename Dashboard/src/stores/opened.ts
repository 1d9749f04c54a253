/** Which resource the drawer shows, by its id: `?open=guest:lab/100`. */
import { signal, untrack } from "rx";
import { parameter, push, replaceNow, withParameters } from "./address";

const [opened, setOpened] = signal<string | null>(null);
export { opened };

/** What the history remembers of a view whose drawer was opened from this page. */
const FROM_HERE = { drawer: true };
const isFromHere = (): boolean => window.history.state?.drawer === true;

/** Where a resource can be opened, also in another tab. */
export const hrefOf = (id: string): string => withParameters("", { open: id });

export function readOpened(): void {
  setOpened(parameter("open"));
}

/** Opens a resource; the browser's way back closes the drawer, whatever was opened in it since. */
export function open(id: string): void {
  if (untrack(opened) === null) push({ open: id }, FROM_HERE);
  else replaceNow({ open: id });
  setOpened(id);
}

export function close(): void {
  if (untrack(opened) === null) return;
  if (isFromHere()) {
    window.history.back();
    return;
  }
  replaceNow({ open: null });
  setOpened(null);
}

/** Opens what a click on a link asks for, unless it asks for another tab. */
export function openOnClick(event: MouseEvent, id: string): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(id);
}
