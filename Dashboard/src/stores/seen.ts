/** Whether somebody can see the page: it is not in a tab behind another. */
import { type Get, signal } from "rx";

const [isSeen, setSeen] = signal(!globalThis.document?.hidden);
export const seen: Get<boolean> = isSeen;

export function startSeen(): void {
  document.addEventListener("visibilitychange", () => setSeen(!document.hidden));
}
