/** The whole view in the address: what is filtered, sorted, grouped and shown, and how densely. */
import { batch, effect } from "rx";
import { type Changes, arrive, oneOf, parameter, replaceSoon } from "./address";
import { DENSITIES, density, setDensity } from "./density";
import { guestTable, query, setQuery } from "./guestView";
import { hostTable } from "./hostView";
import { maps } from "./maps";
import { nodeTable } from "./nodeView";
import { readOpened } from "./opened";
import { FIRST_SPAN, SPANS, setSpan, span } from "./past";
import { parseSort, sortText } from "./sortText";
import type { TableView } from "./tableView";

type AnyTable = TableView<string, string>;

function readTable(table: AnyTable, prefix: string): void {
  const { sorts, groups, first } = table.source;
  const [sortName, colsName] = [`${prefix}sort`, `${prefix}cols`];
  const [sort, cols] = [parameter(sortName), parameter(colsName)];
  // An equal sort or choice would be another object, and the table sorted or built anew.
  const before = parametersOf(table, prefix);
  if (sort !== before[sortName]) table.setSort(parseSort(sort, sorts, first));
  if (cols !== before[colsName]) table.setColumns(cols?.split(",") ?? null);
  table.setGroup(oneOf(groups, parameter(`${prefix}group`)));
}

const parametersOf = (table: AnyTable, prefix: string): Changes => ({
  [`${prefix}sort`]: sortText(table.sort(), table.source.first),
  [`${prefix}group`]: table.group(),
  [`${prefix}cols`]: table.columns()?.join(",") ?? null,
});

/** The guests' parameters have no prefix: theirs is the table that is looked at most. */
const TABLES: readonly (readonly [table: AnyTable, prefix: string])[] = [
  [guestTable as unknown as AnyTable, ""],
  [nodeTable as unknown as AnyTable, "n"],
  [hostTable as unknown as AnyTable, "h"],
];

/** What an address may name that is no view. */
const BESIDE = ["kiosk", "open"];

/** An address with a view is somebody's view, and looks the same to whoever it is sent to. */
const hasView = (): boolean =>
  [...new URLSearchParams(location.search).keys()].some((name) => !BESIDE.includes(name));

function read(): void {
  setQuery(parameter("q") ?? "");
  for (const [table, prefix] of TABLES) readTable(table, prefix);
  for (const { looks, prefix, setFill } of Object.values(maps)) {
    if (hasView()) looks.read(parameter(looks.name));
    else looks.recall();
    setFill(parameter(`${prefix}fill`));
  }
  setDensity(oneOf(DENSITIES, parameter("density")) ?? "normal");
  setSpan(oneOf(SPANS, parameter("span")) ?? FIRST_SPAN);
  readOpened();
}

export function startViewURL(): void {
  // The browser would scroll away from the row that has the focus back when the drawer closes.
  window.history.scrollRestoration = "manual";
  read();
  addEventListener("popstate", () => {
    arrive();
    batch(read);
  });
  effect(() => replaceSoon({ q: query().trim() || null }));
  for (const [table, prefix] of TABLES) effect(() => replaceSoon(parametersOf(table, prefix)));
  for (const { looks, prefix, fill, figures } of Object.values(maps)) {
    effect(() => replaceSoon({ [looks.name]: looks.chosen() }));
    effect(() => replaceSoon({ [`${prefix}fill`]: fill() === figures[0] ? null : fill().name }));
  }
  effect(() => replaceSoon({ span: span() === FIRST_SPAN ? null : span() }));
  effect(() => replaceSoon({ density: density() === "normal" ? null : density() }));
}
