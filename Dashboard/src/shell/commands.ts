/** What can be done on this page without a pointer: for keys, and for the palette. */
import { untrack } from "rx";
import type { Command } from "../stores/choices";
import { DENSITIES, density, setDensity } from "../stores/density";
import { guestTable, query, setQuery } from "../stores/guestView";
import { maps } from "../stores/maps";
import { opened } from "../stores/opened";
import { isPhone } from "../stores/phone";
import { showHelp } from "./Help";

/** On a phone the drawer covers the page, and nothing behind it takes the focus. */
const isCovered = (): boolean => isPhone() && opened() !== null;

export function focusFilter(): void {
  const filter = document.querySelector<HTMLInputElement>(".filter");
  filter?.focus();
  filter?.select();
}

export function switchTheme(): void {
  document.querySelector<HTMLElement>("[data-testid=theme]")?.click();
}

/** Shows a section, and goes on reading there. */
function goTo(section: HTMLElement): void {
  section.scrollIntoView();
  const head = section.querySelector<HTMLElement>("h2");
  if (!head) return;
  head.tabIndex = -1;
  head.focus({ preventScroll: true });
}

const sections = (): Command[] =>
  isCovered() ? [] : [...document.querySelectorAll<HTMLElement>("main > section[id]")].map((section) => ({
    title: `Go to ${section.querySelector("h2")?.textContent?.toLowerCase() ?? section.id}`,
    run: () => goTo(section),
  }));

const groups = (): Command[] =>
  [null, ...guestTable.source.groups]
    .filter((group) => group !== guestTable.group())
    .map((group) => ({
      title: group === null ? "Group guests by nothing" : `Group guests by ${group}`,
      run: () => guestTable.setGroup(group),
    }));

const looks = (): Command[] =>
  Object.values(maps)
    .filter(({ title }) => document.querySelector(`#${title} .looks`) !== null)
    .flatMap(({ title, looks }) =>
      looks.all.filter((look) => look !== looks.look()).map((look) => ({
        title: `${title[0]!.toUpperCase()}${title.slice(1)} as ${look}`,
        run: () => looks.choose(look),
      })));

/** Those that would change something now. */
export const commands = (): readonly Command[] =>
  untrack(() => [
    ...sections(),
    ...(document.querySelector(".filter") && !isCovered()
      ? [{ title: "Filter the guests", key: "/", run: focusFilter }]
      : []),
    ...(query().trim() ? [{ title: "Clear the filter", run: () => setQuery("") }] : []),
    ...looks(),
    ...groups(),
    ...DENSITIES.filter((each) => each !== density()).map((each) => ({
      title: `Rows: ${each}`, run: () => setDensity(each),
    })),
    { title: "Light or dark", key: "t", run: switchTheme },
    { title: "List the keys", key: "?", run: showHelp },
  ]);
