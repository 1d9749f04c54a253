/** Whether single keys are shortcuts: the viewer may not want that (WCAG 2.1.4). */
import { signal } from "rx";

const STORED = "pulse.keys";

function stored(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

const [keysOn, setOn] = signal(stored());
export { keysOn, setOn as setKeysForNow };

/** Storage may be forbidden: then the choice lasts as long as the page. */
export function setKeys(on: boolean): void {
  setOn(on);
  try {
    if (on) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, "off");
  } catch {
    // Chosen for this page only.
  }
}
