/** Goes anywhere by a few letters: Ctrl-K, type, arrows, Enter. */
import { type Child, type Get, Show, batch, effect, memo, signal } from "rx";
import { Icon } from "../atoms/Icon";
import { StatusBadge } from "../atoms/StatusBadge";
import { total } from "../format/units";
import { type Choice, type Choices, choicesFor } from "../stores/choices";
import { commands } from "./commands";

const [isOpen, setOpen] = signal(false);
const [typed, setTyped] = signal("");
const [at, setAt] = signal(0);
const NONE: Choices = { shown: [], count: 0 };
const found = memo(() => (isOpen() ? choicesFor(typed(), commands()) : NONE));

/** How many choices a page key moves by. */
const PAGE = 8;

let sheet: HTMLDialogElement | null = null;
let input: HTMLInputElement | null = null;

const idOf = (place: number): string => `choice-${place}`;

/** A screen on a wall has nobody who could ask for anything. */
export function showPalette(): void {
  if (!sheet || sheet.open || document.documentElement.dataset["kiosk"] !== undefined) return;
  document.querySelector<HTMLDialogElement>("dialog[open]")?.close();
  type("");
  setOpen(true);
  sheet.showModal();
}

function type(text: string): void {
  batch(() => {
    setTyped(text);
    setAt(0);
  });
  if (input && input.value !== text) input.value = text;
}

/** The focus is back where it was before anything is done: that may want it elsewhere. */
function choose(choice: Choice | undefined): void {
  if (!choice) return;
  sheet?.close();
  choice.choose();
}

function press(event: KeyboardEvent): void {
  const { length } = found().shown;
  const steps: Record<string, number> = {
    ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE,
  };
  const step = steps[event.key];
  if (event.key === "k" && (event.ctrlKey || event.metaKey)) sheet?.close();
  // What composes a letter ends with the same key.
  else if (event.key === "Enter" && !event.isComposing) choose(found().shown[at()]);
  else if (step !== undefined && length > 0) setAt(moved(at(), step, length));
  else return;
  event.preventDefault();
}

/** An arrow goes on at the other end; a page key stops at the ends. */
function moved(from: number, by: number, count: number): number {
  if (Math.abs(by) === 1) return (from + by + count) % count;
  return Math.max(0, Math.min(count - 1, from + by));
}

export function Palette(): Child {
  return (
    <dialog
      class="palette"
      aria-label="Go to"
      data-testid="palette"
      ref={(element) => (sheet = element)}
      // Told of late: it may be open again by then.
      onClose={() => setOpen(sheet!.open)}
      onClick={(event) => event.target === sheet && sheet?.close()}
    >
      <div class="palette-sheet">
        <Field />
        <List />
        <p class="sub palette-count" role="status" data-testid="palette-count">
          {countInWords}
        </p>
      </div>
    </dialog>
  );
}

function countInWords(): string {
  const { shown, count } = found();
  if (typed().trim() === "") return "Type a name, an id, a node or a tag.";
  if (count === 0) return "";
  return count > shown.length
    ? `The best ${shown.length} of ${total(count)}: type on to see others.`
    : `${total(count)} found`;
}

function Field(): Child {
  return (
    <div class="palette-field">
      <Icon name="search" />
      <input
        type="text"
        role="combobox"
        class="palette-input"
        data-testid="palette-input"
        aria-label="Go to a guest, node, host or storage, or do something"
        aria-expanded="true"
        aria-controls="choices"
        aria-autocomplete="list"
        aria-activedescendant={() => (found().shown.length > 0 ? idOf(at()) : null)}
        placeholder="Go to…"
        autocomplete="off"
        spellcheck="false"
        enterkeyhint="go"
        ref={(element) => (input = element)}
        onInput={() => type(input!.value)}
        onKeydown={press}
      />
      <button
        type="button"
        class="icon-button"
        aria-label="Close"
        title="Close (Escape)"
        onClick={() => sheet?.close()}
      >
        <Icon name="cross" />
      </button>
    </div>
  );
}

function List(): Child {
  let list!: HTMLElement;
  const node = (
    <ul
      id="choices"
      class="choices"
      role="listbox"
      aria-label="Choices"
      ref={(element) => (list = element)}
      // The field keeps the focus.
      onPointerdown={(event) => event.preventDefault()}
    >
      {() => found().shown.map((choice, place) => <Option choice={choice} place={place} />)}
    </ul>
  );
  effect(() => {
    found();
    list.children[at()]?.scrollIntoView({ block: "nearest" });
  });
  return [node, <Show when={() => isOpen() && found().count === 0}>{() => <Nothing />}</Show>];
}

function Option({ choice, place }: { choice: Choice; place: number }): Child {
  const { title, word, place: where, status } = choice;
  return (
    <li
      id={idOf(place)}
      class="choice"
      role="option"
      aria-selected={() => String(at() === place)}
      onClick={() => choose(choice)}
      // Not when it comes to lie under a pointer that rests.
      onPointermove={() => setAt(place)}
    >
      <span class="choice-title">
        <bdi>{title}</bdi>
      </span>
      <Status status={status} />
      <span class="sub choice-where">
        {status ? <>{word}{where && " · "}<bdi>{where}</bdi></> : word && <kbd>{word}</kbd>}
      </span>
    </li>
  );
}

const Status = ({ status }: { status: Get<string> | null }): Child =>
  status && <StatusBadge status={status} />;

const Nothing = (): Child => (
  <p class="palette-none" data-testid="palette-none">
    Nothing is called “<bdi>{typed}</bdi>”.
  </p>
);
