/** Light or dark: as the system says, until the viewer chooses the other one. */

type Theme = "light" | "dark";

const KEY = "pulse.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const system = (): Theme => (dark.matches ? "dark" : "light");

/** What the viewer chose. Storage may be forbidden: then the system's choice holds. */
function chosen(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
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
  try {
    if (next === system()) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    document.documentElement.dataset["theme"] = next;
    return next;
  }
  return applyTheme();
}

/** Calls `action` when the system changes its mind. */
export const onSystemTheme = (action: () => void): void =>
  dark.addEventListener("change", action);
