import { type Child, signal } from "rx";
import { Icon } from "../atoms/Icon";
import { applyTheme, onSystemTheme, toggleTheme } from "../stores/theme";
import { ConnectionState } from "./ConnectionState";

export function Header(): Child {
  return (
    <header class="top">
      <a class="brand" href="/">
        <Icon name="pulse" />
        pulse
      </a>
      <ConnectionState />
      <ThemeToggle />
    </header>
  );
}

function ThemeToggle(): Child {
  const [theme, setTheme] = signal(applyTheme());
  const other = () => (theme() === "dark" ? "light" : "dark");
  onSystemTheme(() => setTheme(applyTheme()));
  return (
    <button
      type="button"
      class="icon-button"
      data-testid="theme"
      aria-label={() => `Switch to the ${other()} theme`}
      title={() => `Switch to the ${other()} theme`}
      onClick={() => setTheme(toggleTheme())}
    >
      {() => <Icon name={theme() === "dark" ? "sun" : "moon"} />}
    </button>
  );
}
