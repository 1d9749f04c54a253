/** Keys that work everywhere but while somebody types. They can be switched off (WCAG 2.1.4). */
import { step } from "../drawer/Drawer";
import { keysOn } from "../stores/keySwitch";
import { opened } from "../stores/opened";
import { moveFocus } from "../tables/rowFocus";
import { focusFilter, switchTheme } from "./commands";
import { showHelp } from "./Help";
import { showPalette } from "./Palette";

/** What a key does; those that a table needs for itself are not here. */
const ACTIONS: Record<string, () => void> = {
  "/": () => opened() === null && focusFilter(),
  "?": () => showHelp(),
  j: () => opened() === null && moveFocus(1),
  k: () => opened() === null && moveFocus(-1),
  "[": () => step(-1),
  "]": () => step(1),
  t: switchTheme,
};

/** Whether a key is meant for what has the focus. */
const isTyping = ({ target }: KeyboardEvent): boolean =>
  (target as Element).closest("input, select, textarea, dialog") !== null;

const asksForPalette = (event: KeyboardEvent): boolean =>
  (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "k";

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isTyping(event)) return;
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    const single = keysOn() && !hasModifier ? ACTIONS[event.key] : undefined;
    const action = asksForPalette(event) ? showPalette : single;
    if (!action) return;
    event.preventDefault();
    action();
  });
}
