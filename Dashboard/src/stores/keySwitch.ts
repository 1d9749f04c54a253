/** Whether single keys are shortcuts: the viewer may not want that (WCAG 2.1.4). */
import { signal } from "rx";
import { store, stored } from "./stored";

const NAME = "keys";

const [keysOn, setOn] = signal(stored(NAME) !== "off");
export { keysOn, setOn as setKeysForNow };

/** Where it cannot be remembered the choice lasts as long as the page. */
export function setKeys(on: boolean): void {
  setOn(on);
  store(NAME, on ? null : "off");
}
