/** Which resource the drawer shows, by its id: `?open=guest:lab/100`. */
import { signal, untrack } from "rx";
import { backWith, parameter, push, replaceNow, withParameters } from "./address";

const [opened, setOpened] = signal<string | null>(null);
export { opened };

/** What the history remembers of a view whose drawer was opened from this page. */
const FROM_HERE = { drawer: true };
const isFromHere = (): boolean => window.history.state?.drawer === true;

/** Where a resource can be opened, also in another tab. */
export const hrefOf = (id: string): string => withParameters("", { open: id });

export function readOpened(): void {
  setOpened(parameter("open") || null);
}

/** Opens a resource; the browser's way back closes the drawer, whatever was opened in it since. */
export function open(id: string): void {
  if (untrack(opened) === null) push({ open: id }, FROM_HERE);
  else replaceNow({ open: id });
  setOpened(id);
}

export function close(): void {
  if (untrack(opened) === null) return;
  // What was sorted or filtered beside the drawer stays.
  if (isFromHere()) return backWith({ open: null });
  replaceNow({ open: null });
  setOpened(null);
}

/** Takes a click over from the browser, unless it asks for another tab. */
export function takesClick(event: MouseEvent): boolean {
  if (event.defaultPrevented || event.button !== 0) return false;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  event.preventDefault();
  return true;
}

/** Opens what a click on a link asks for. */
export function openOnClick(event: MouseEvent, id: string): void {
  if (takesClick(event)) open(id);
}
