/** The view is in the address, so that it can be kept, sent and reloaded. */
import { effect } from "rx";
import { SORTS, type Sort, query, setQuery, setSort, sort } from "./guestView";

/** While somebody types the address stays behind a little. */
const DEBOUNCE = 250;

export function parseSort(text: string | null): Sort {
  const by = SORTS.find((name) => name === text?.replace(/^-/, ""));
  return { by: by ?? "name", descending: by !== undefined && text!.startsWith("-") };
}

/** The address's query for a view; what is as at first is left out. */
export function searchOf(before: string, text: string, { by, descending }: Sort): string {
  const all = new URLSearchParams(before);
  all.delete("q");
  all.delete("sort");
  if (text.trim()) all.set("q", text.trim());
  if (by !== "name" || descending) all.set("sort", `${descending ? "-" : ""}${by}`);
  const search = all.toString();
  return search ? `?${search}` : "";
}

function read(): void {
  const all = new URLSearchParams(location.search);
  setQuery(all.get("q") ?? "");
  setSort(parseSort(all.get("sort")));
}

export function startViewURL(): void {
  read();
  addEventListener("popstate", read);
  let timer = 0;
  effect(() => {
    const [text, by] = [query(), sort()];
    clearTimeout(timer);
    timer = setTimeout(() => {
      const search = searchOf(location.search, text, by);
      if (search === location.search) return;
      window.history.replaceState(null, "", location.pathname + search + location.hash);
    }, DEBOUNCE) as unknown as number;
  });
}
