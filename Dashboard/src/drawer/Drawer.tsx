/**
 * One resource beside the page, or on a phone in place of it. The tables stay usable by pointer;
 * the keyboard stays in the drawer until Escape.
 */
import { type Child, type Component, type Get, Show, effect, memo, onCleanup, untrack } from "rx";
import { Icon } from "../atoms/Icon";
import { StatusBadge } from "../atoms/StatusBadge";
import { order, wordOf } from "../stores/guestView";
import { hostOrder } from "../stores/hostView";
import { nodeOrder } from "../stores/nodeView";
import { close, open, opened } from "../stores/opened";
import { isPhone } from "../stores/phone";
import {
  type StreamName, connection, guests, isLoaded, isOffered, newestGuest, streams,
} from "../stores/session";
import { focusRow } from "../tables/rowFocus";
import { GuestPanel } from "./GuestPanel";
import { NodePanel } from "./NodePanel";
import { HostPanel, RemotePanel, StoragePanel } from "./OtherPanels";

interface Kind {
  stream: StreamName;
  word: (slot: number) => string;
  /** The state, where that is not the row's. */
  status?: (slot: number) => string;
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
const KINDS = new Map<string, Kind>(Object.entries({
  guest: {
    stream: "guests",
    word: (slot) => `${wordOf(guests.fact(slot, "type"))} ${guests.figure(slot, "vmid")}`,
    status: (slot) => newestGuest(slot).status(),
    panel: GuestPanel,
    listed: order,
  },
  node: { stream: "nodes", word: () => "Node", panel: NodePanel, listed: nodeOrder },
  host: { stream: "hosts", word: () => "Host", panel: HostPanel, listed: hostOrder },
  remote: { stream: "remotes", word: () => "Remote", panel: RemotePanel, listed: NONE },
  storage: { stream: "storage", word: () => "Storage", panel: StoragePanel, listed: NONE },
} satisfies Record<string, Kind>));

const kindOf = (id: string): Kind | null => KINDS.get(id.split(":")[0]!) ?? null;

export function Drawer(): Child {
  return <Show when={() => opened() !== null}>{() => <Sheet />}</Show>;
}

function Sheet(): Child {
  const id = () => opened() ?? "";
  const kind = memo(() => kindOf(id()));
  const slot = memo(() => (kind() ? tableOf(kind()!).slotOf(id()) : -1));
  const fact = (of: "name" | "status") => tableOf(kind()!).fact(slot(), of);
  const status = () => kind()!.status?.(slot()) ?? fact("status") ?? "unknown";
  const name = () => (slot() < 0 ? id() : (fact("name") ?? "unnamed"));
  let sheet!: HTMLElement;
  const node = (
    <section
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
                <StatusBadge status={status} />
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
    </section>
  );
  stay(id, slot, () => sheet);
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

/** Takes the focus, keeps it, and gives it back in the end. */
function stay(id: Get<string>, slot: Get<number>, sheet: Get<HTMLElement>): void {
  const before = document.activeElement as HTMLElement | null;
  let last = untrack(id);
  // The list of keys is shown above the drawer.
  const others = () => [...document.querySelector("#app")!.children as Iterable<HTMLElement>]
    .filter((each) => each !== sheet() && !(each instanceof HTMLDialogElement));
  const cover = (covered: boolean) => {
    for (const each of others()) each.inert = covered;
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    close();
  };
  document.addEventListener("keydown", onKey);
  document.documentElement.dataset["drawer"] = "";
  queueMicrotask(() => sheet().focus());
  effect(() => {
    const covered = isPhone();
    queueMicrotask(() => cover(covered && sheet().isConnected));
  });
  effect(() => {
    slot();
    if (opened() !== null) last = id();
    sheet().scrollTop = 0;
    // What had the focus may have gone with the panel before.
    queueMicrotask(() => isNowhere() && sheet().focus());
  });
  onCleanup(() => {
    document.removeEventListener("keydown", onKey);
    delete document.documentElement.dataset["drawer"];
    cover(false);
    if (isNowhere() || sheet().contains(document.activeElement)) {
      queueMicrotask(() => giveBack(before, last));
    }
  });
}

const isNowhere = (): boolean => (document.activeElement ?? document.body) === document.body;

/** Puts the focus on the link that opened the drawer if it is in no table, or on `last`'s row. */
function giveBack(before: HTMLElement | null, last: string): void {
  const isLink = before instanceof HTMLAnchorElement && before.isConnected;
  if (isLink && !before.closest("[data-key]")) before.focus();
  else if (!focusRow(last)) before?.focus();
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
    const kind = kindOf(opened() ?? "");
    if (!kind) return;
    const table = tableOf(kind);
    const listed = Array.from(kind.listed());
    const next = listed[listed.indexOf(table.slotOf(opened()!)) + by];
    if (next !== undefined) open(table.fact(next, "id") ?? "");
  });
}
