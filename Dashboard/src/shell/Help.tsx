/** What each key does, and the switch for them. */
import type { Child } from "rx";
import { Checkbox } from "../atoms/Choice";
import { Icon } from "../atoms/Icon";
import { keysOn, setKeys } from "../stores/keySwitch";

const KEYS = [
  ["Ctrl K", "Go to a guest, a node, an action (on a Mac ⌘ K)"],
  ["/", "Filter the guests"],
  ["j  ↓", "Next row"],
  ["k  ↑", "Row before"],
  ["Home  End", "First and last row"],
  ["← →", "Fold and unfold a group"],
  ["Enter", "Open what the row stands for"],
  ["[  ]", "In the drawer: the one before, the next"],
  ["Escape", "Close, or clear the filter"],
  ["t", "Light or dark"],
  ["?", "This list"],
] as const;

let sheet: HTMLDialogElement | null = null;

export function showHelp(): void {
  if (!sheet?.open) sheet?.showModal();
}

export function Help(): Child {
  return (
    <dialog
      class="help"
      aria-labelledby="help-title"
      data-testid="help"
      ref={(element) => (sheet = element)}
      onClick={(event) => event.target === sheet && sheet?.close()}
    >
      <div class="help-sheet">
        <div class="group-head">
          <h2 id="help-title">Keys</h2>
          <button
            type="button"
            class="icon-button"
            aria-label="Close the list of keys"
            onClick={() => sheet?.close()}
          >
            <Icon name="cross" />
          </button>
        </div>
        <dl>
          {KEYS.map(([keys, text]) => (
            <div>
              <dt>{keys.split("  ").map((key) => <kbd>{key}</kbd>)}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <Checkbox title="Keys without Ctrl or Alt work" checked={keysOn} change={setKeys} />
      </div>
    </dialog>
  );
}
