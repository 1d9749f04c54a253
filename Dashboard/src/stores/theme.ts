/** Light or dark: as the system says, until the viewer chooses the other one. */
import { store, stored } from "./stored";

type Theme = "light" | "dark";

const NAME = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const system = (): Theme => (dark.matches ? "dark" : "light");

/** What the viewer chose. */
function chosen(): Theme | null {
  const value = stored(NAME);
  return value === "light" || value === "dark" ? value : null;
}

/** Puts the theme on the page; called before the first paint, and whenever it may have changed. */
export function applyTheme(): Theme {
  const theme = chosen() ?? system();
  document.documentElement.dataset["theme"] = theme;
  return theme;
}

/** Shows the other theme and remembers it; the system's own needs no remembering. */
export function toggleTheme(): Theme {
  const next: Theme = applyTheme() === "dark" ? "light" : "dark";
  if (store(NAME, next === system() ? null : next)) return applyTheme();
  // Chosen for this page only.
  document.documentElement.dataset["theme"] = next;
  return next;
}

/** Calls `action` when the system changes its mind. */
export const onSystemTheme = (action: () => void): void =>
  dark.addEventListener("change", action);
