/**
 * One resource beside the page, or on a phone in place of it. The tables stay usable by pointer;
 * the keyboard stays in the drawer until Escape.
 */
import { type Child, type Component, type Get, Show, effect, memo, onCleanup, untrack } from "rx";
import { Icon } from "../atoms/Icon";
import { StatusBadge } from "../atoms/StatusBadge";
import { order, wordOf } from "../stores/guestView";
import { inOrder } from "../stores/hostView";
import { nodeOrder } from "../stores/nodeView";
import { close, open, opened } from "../stores/opened";
import {
  type StreamName, connection, guests, isLoaded, isOffered, streams,
} from "../stores/session";
import { focusRow } from "../tables/rowFocus";
import { GuestPanel } from "./GuestPanel";
import { NodePanel } from "./NodePanel";
import { HostPanel, RemotePanel, StoragePanel } from "./OtherPanels";

interface Kind {
  stream: StreamName;
  word: (slot: number) => string;
  panel: Component<{ slot: number }>;
  /** The resources of this kind as the page lists them. */
  listed: Get<ArrayLike<number>>;
}

/** What every stream's table can say of a resource. */
interface Named {
  slotOf(id: string): number;
  fact(slot: number, name: "id" | "name" | "status"): string | null;
}
const tableOf = ({ stream }: Kind): Named => streams[stream] as unknown as Named;

const NONE: Get<number[]> = () => [];
const KINDS: Record<string, Kind> = {
  guest: {
    stream: "guests",
    word: (slot) => `${wordOf(guests.fact(slot, "type"))} ${guests.figure(slot, "vmid")}`,
    panel: GuestPanel,
    listed: order,
  },
  node: { stream: "nodes", word: () => "Node", panel: NodePanel, listed: nodeOrder },
  host: { stream: "hosts", word: () => "Host", panel: HostPanel, listed: inOrder },
  remote: { stream: "remotes", word: () => "Remote", panel: RemotePanel, listed: NONE },
  storage: { stream: "storage", word: () => "Storage", panel: StoragePanel, listed: NONE },
};

const phone = matchMedia("(max-width: 767px)");

export function Drawer(): Child {
  return <Show when={() => opened() !== null}>{() => <Sheet />}</Show>;
}

function Sheet(): Child {
  const id = () => opened() ?? "";
  const kind = memo(() => KINDS[id().split(":")[0]!] ?? null);
  const slot = memo(() => (kind() ? tableOf(kind()!).slotOf(id()) : -1));
  const fact = (of: "name" | "status") => tableOf(kind()!).fact(slot(), of);
  const name = () => (slot() < 0 ? id() : (fact("name") ?? "unnamed"));
  let sheet!: HTMLElement;
  const node = (
    <aside
      class="drawer"
      role="dialog"
      tabindex="-1"
      aria-labelledby="drawer-title"
      data-testid="drawer"
      data-id={id}
      ref={(element) => (sheet = element)}
      onKeydown={(event) => keepFocus(event, sheet)}
    >
      <header class="drawer-head">
        <div>
          <p class="sub">{() => (slot() < 0 ? "" : kind()!.word(slot()))}</p>
          <h2 id="drawer-title" data-testid="drawer-title">
            <bdi>{name}</bdi>
          </h2>
          <Show when={() => slot() >= 0}>
            {() => (
              <p>
                <StatusBadge status={() => fact("status") ?? "unknown"} />
              </p>
            )}
          </Show>
        </div>
        <button
          type="button"
          class="icon-button"
          aria-label="Close"
          title="Close (Escape)"
          data-testid="drawer-close"
          onClick={close}
        >
          <Icon name="cross" />
        </button>
      </header>
      {() => {
        const at = slot();
        return at < 0 ? <Missing kind={kind()} id={id()} /> : <Panel kind={kind()!} slot={at} />;
      }}
    </aside>
  );
  stay(id, () => sheet);
  return node;
}

const Panel = ({ kind: { panel: Of }, slot }: { kind: Kind; slot: number }): Child => (
  <Of slot={slot} />
);

/** The address may name what is not there any more, not yet, or never was. */
function Missing({ kind, id }: { kind: Kind | null; id: string }): Child {
  const loaded = () => !kind || isLoaded(kind.stream) || (connection.offered() !== null &&
    !isOffered(kind.stream));
  return (
    <Show when={loaded} fallback={() => <p class="sub">Waiting for the server…</p>}>
      {() => (
        <p data-testid="drawer-missing">
          <bdi>{id}</bdi> is not listed. It was removed or renamed, or may no longer be seen.
        </p>
      )}
    </Show>
  );
}

/** Takes the focus, and gives it back to the row of what was shown last. */
function stay(id: Get<string>, sheet: Get<HTMLElement>): void {
  const before = document.activeElement;
  let last = untrack(id);
  const others = () => [...sheet().parentElement!.children].filter((each) => each !== sheet());
  const cover = () => {
    for (const each of others()) (each as HTMLElement).inert = phone.matches;
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    close();
  };
  document.addEventListener("keydown", onKey);
  queueMicrotask(() => {
    cover();
    sheet().focus();
  });
  phone.addEventListener("change", cover);
  document.documentElement.dataset["drawer"] = "";
  effect(() => {
    if (opened() !== null) last = id();
    sheet().scrollTop = 0;
  });
  onCleanup(() => {
    document.removeEventListener("keydown", onKey);
    phone.removeEventListener("change", cover);
    delete document.documentElement.dataset["drawer"];
    for (const each of others()) (each as HTMLElement).inert = false;
    const at = document.activeElement;
    if (sheet().contains(at) || at === document.body || at === null) queueMicrotask(() => focusRow(last) || (before as HTMLElement | null)?.focus());
  });
}

/** Tab goes round within the drawer. */
function keepFocus(event: KeyboardEvent, sheet: HTMLElement): void {
  if (event.key !== "Tab") return;
  const all = [...sheet.querySelectorAll<HTMLElement>("a[href], button:not([disabled])")]
    .filter((each) => each.getClientRects().length > 0);
  const [first, last] = [all[0], all.at(-1)];
  const at = document.activeElement;
  if (event.shiftKey ? at !== first && at !== sheet : at !== last) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

/** Shows the next or the one before of the same kind, as the page lists them. */
export function step(by: 1 | -1): void {
  untrack(() => {
    const kind = KINDS[(opened() ?? "").split(":")[0]!];
    if (!kind) return;
    const table = tableOf(kind);
    const listed = Array.from(kind.listed());
    const next = listed[listed.indexOf(table.slotOf(opened()!)) + by];
    if (next !== undefined) open(table.fact(next, "id") ?? "");
  });
}
