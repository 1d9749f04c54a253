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
  const text = all.toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",")
    .replace(/=(?=&|$)/g, "");
  return text ? `?${text}` : "";
}

let waiting: Changes = {};
let timer = 0;
/** The view to arrive with, while the browser is on its way back. */
let kept: string | null = null;

function go(how: "pushState" | "replaceState", search: string, state: unknown): void {
  if (search === location.search) return;
  window.history[how](state, "", location.pathname + search + location.hash);
}

function flush(): void {
  clearTimeout(timer);
  const changes = waiting;
  waiting = {};
  replace(changes);
}

const replace = (changes: Changes): void =>
  go("replaceState", withParameters(location.search, changes), window.history.state);

/** Changes the address of the view that is looked at, soon. */
export function replaceSoon(changes: Changes): void {
  waiting = { ...waiting, ...changes };
  clearTimeout(timer);
  timer = setTimeout(flush, DEBOUNCE) as unknown as number;
}

export function replaceNow(changes: Changes): void {
  flush();
  replace(changes);
}

/** Goes to another view, from which the browser's way back leads here. */
export function push(changes: Changes, state: unknown): void {
  flush();
  go("pushState", withParameters(location.search, changes), state);
}

export const parameter = (name: string): string | null =>
  new URLSearchParams(location.search).get(name);

/** One of the words that there are; null for what an address says beside them. */
export const oneOf = <T extends string>(all: readonly T[], text: string | null): T | null =>
  all.find((each) => each === text) ?? null;

/** Goes back by one and takes the present view along, with `changes`; once, however often asked. */
export function backWith(changes: Changes): void {
  if (kept !== null) return;
  flush();
  kept = withParameters(location.search, changes);
  window.history.back();
}

/**
 * The browser has gone to another address: to be called before it is read. What was not written
 * yet belongs to the view that was left, which `backWith` takes along.
 */
export function arrive(): void {
  clearTimeout(timer);
  if (kept !== null) go("replaceState", withParameters(kept, waiting), window.history.state);
  kept = null;
  waiting = {};
}
