/** The filter and the order of the guests, in the address. */
import { effect } from "rx";
import { abandon, parameter, replaceSoon } from "./address";
import { SORTS, type Sort, query, setQuery, setSort, sort } from "./guestView";
import { readOpened } from "./opened";

export function parseSort(text: string | null): Sort {
  const by = SORTS.find((name) => name === text?.replace(/^-/, ""));
  return { by: by ?? "name", descending: by !== undefined && text!.startsWith("-") };
}

/** What is as at first is left out. */
export const parametersOf = (text: string, { by, descending }: Sort) => ({
  q: text.trim() || null,
  sort: by === "name" && !descending ? null : `${descending ? "-" : ""}${by}`,
});

function read(): void {
  abandon();
  setQuery(parameter("q") ?? "");
  setSort(parseSort(parameter("sort")));
  readOpened();
}

export function startViewURL(): void {
  read();
  addEventListener("popstate", read);
  effect(() => replaceSoon(parametersOf(query(), sort())));
}
