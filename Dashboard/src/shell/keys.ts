/**
 * Keys that work everywhere but while somebody types; they can be switched off (WCAG 2.1.4). That
 * of the palette is no letter, so it works from a field, too.
 */
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

const isIn = ({ target }: KeyboardEvent, selector: string): boolean =>
  (target as Element).closest(selector) !== null;

const asksForPalette = (event: KeyboardEvent): boolean =>
  (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "k";

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    // A dialog has keys of its own; in a field a letter is a letter.
    if (event.defaultPrevented || isIn(event, "dialog")) return;
    const isTyping = isIn(event, "input, select, textarea");
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    const single = keysOn() && !hasModifier && !isTyping ? ACTIONS[event.key] : undefined;
    const action = asksForPalette(event) ? showPalette : single;
    if (!action) return;
    event.preventDefault();
    action();
  });
}
