/** Keys that work everywhere but while somebody types. They can be switched off (WCAG 2.1.4). */
import { step } from "../drawer/Drawer";
import { keysOn } from "../stores/keySwitch";
import { opened } from "../stores/opened";
import { moveFocus } from "../tables/rowFocus";
import { showHelp } from "./Help";

function focusFilter(): void {
  const filter = document.querySelector<HTMLInputElement>(".filter");
  filter?.focus();
  filter?.select();
}

/** What a key does; those that a table needs for itself are not here. */
const ACTIONS: Record<string, () => void> = {
  "/": () => opened() === null && focusFilter(),
  "?": () => showHelp(),
  j: () => opened() === null && moveFocus(1),
  k: () => opened() === null && moveFocus(-1),
  "[": () => step(-1),
  "]": () => step(1),
  t: () => document.querySelector<HTMLElement>("[data-testid=theme]")?.click(),
};

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (!keysOn() || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = (event.target as Element).closest("input, select, textarea, dialog") !== null;
    const action = isTyping ? undefined : ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
