import { type Child, Show, signal } from "rx";
import { Icon } from "../atoms/Icon";
import { root } from "../stores/root";
import { connection } from "../stores/session";
import { applyTheme, onSystemTheme, toggleTheme } from "../stores/theme";
import { ConnectionState } from "./ConnectionState";
import { showHelp } from "./Help";
import { showPalette } from "./Palette";

export function Header(): Child {
  return (
    <header class="top">
      <a class="brand" href={root.pathname}>
        <Icon name="pulse" />
        pulse
      </a>
      <ConnectionState />
      <button
        type="button"
        class="icon-button"
        data-testid="show-palette"
        aria-label="Go to"
        title="Go to (Ctrl K)"
        aria-keyshortcuts="Control+K Meta+K"
        aria-haspopup="dialog"
        onClick={showPalette}
      >
        <Icon name="search" />
      </button>
      <button
        type="button"
        class="icon-button help-button"
        aria-label="Keys"
        title="Keys (?)"
        aria-keyshortcuts="?"
        onClick={showHelp}
      >
        ?
      </button>
      <ThemeToggle />
    </header>
  );
}

/** Nobody shall take an invented fleet for their own. */
export function DemoBanner(): Child {
  return (
    <Show when={connection.demo}>
      {() => (
        <p class="demo" data-testid="demo">
          Demo: invented data
        </p>
      )}
    </Show>
  );
}

export function ThemeToggle(): Child {
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
