/**
 * The query of the address, so that every view can be kept, sent and reloaded. Each part of the
 * view has its own parameter and leaves the others as they are.
 */

export type Changes = Readonly<Record<string, string | null>>;

/** While somebody types the address stays behind a little. */
const DEBOUNCE = 250;

/** `search` with some parameters set and those that are null taken out. */
export function withParameters(search: string, changes: Changes): string {
  const all = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) all.delete(name);
    else all.set(name, value);
  }
  // These need no escape in a query, and an address is read by people too.
  const text = all.toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}

let waiting: Changes = {};
let timer = 0;

function go(how: "pushState" | "replaceState", changes: Changes, state: unknown): void {
  const search = withParameters(location.search, changes);
  if (search === location.search) return;
  window.history[how](state, "", location.pathname + search + location.hash);
}

function flush(): void {
  clearTimeout(timer);
  const changes = waiting;
  waiting = {};
  go("replaceState", changes, window.history.state);
}

/** Changes the address of the view that is looked at, soon. */
export function replaceSoon(changes: Changes): void {
  waiting = { ...waiting, ...changes };
  clearTimeout(timer);
  timer = setTimeout(flush, DEBOUNCE) as unknown as number;
}

export function replaceNow(changes: Changes): void {
  flush();
  go("replaceState", changes, window.history.state);
}

/** Goes to another view, from which the browser's way back leads here. */
export function push(changes: Changes, state: unknown): void {
  flush();
  go("pushState", changes, state);
}

export const parameter = (name: string): string | null =>
  new URLSearchParams(location.search).get(name);

/** Forgets what was not written yet: the browser has gone to another address. */
export function abandon(): void {
  clearTimeout(timer);
  waiting = {};
}
