/** What the panels of the drawer are made of. Each group says how old its figures are. */
import { type Child, type Get, For, Show } from "rx";
import { UNKNOWN, absolute, age, ago } from "../format/units";
import { hrefOf, openOnClick } from "../stores/opened";
import {
  ageOf, connection, lineSpan, openedAt, remoteNamed, remotes,
} from "../stores/session";

/** A group of figures with its age, which is what `since`, a time of the server's, is away. */
export function Group(props: {
  title: string;
  since?: Get<number>;
  /** What the age is the age of. */
  word?: string;
  children?: Child;
}): Child {
  const since = () => props.since?.() ?? NaN;
  return (
    <section class="group">
      <div class="group-head">
        <h3>{props.title}</h3>
        <Show when={() => !Number.isNaN(since())}>
          {() => (
            <p class="sub tabular" data-testid="group-age" title={() => absolute(since())}>
              {() => `${props.word ?? "read"} ${ago(ageOf(since()))}`}
            </p>
          )}
        </Show>
      </div>
      {props.children}
    </section>
  );
}

/** When a remote last answered, by its name; NaN if it never did. */
export const seenBy = (remote: string | null): number => {
  const slot = remoteNamed(remote);
  return slot < 0 ? NaN : remotes.figure(slot, "seen");
};

/** A row of a list of facts; a fact that isn't known is left out. */
export function Fact(props: { name: string; field: string; text: Get<string> }): Child {
  return (
    <div hidden={() => props.text() === UNKNOWN}>
      <dt>{props.name}</dt>
      <dd data-field={props.field}>
        <bdi>{props.text}</bdi>
      </dd>
    </div>
  );
}

/** A way to another resource. */
export function Way(props: { id: Get<string>; text: Get<string> }): Child {
  return (
    <a
      class="way"
      href={() => hrefOf(props.id())}
      onClick={(event) => openOnClick(event, props.id())}
    >
      <bdi>{props.text}</bdi>
    </a>
  );
}

export function Tags(props: { words: Get<readonly string[]> }): Child {
  return (
    <Show when={() => props.words().length > 0}>
      {() => (
        <p class="tags">
          <For each={props.words} by={(word) => word}>
            {(word) => <bdi class="mark">{word}</bdi>}
          </For>
        </p>
      )}
    </Show>
  );
}

/** Why figures are old, in words; nothing while they are live. */
export function Staleness(props: { text: Get<string> }): Child {
  return (
    <Show when={() => props.text() !== ""}>
      {() => <p class="staleness" data-testid="staleness">{props.text}</p>}
    </Show>
  );
}

/** Where the figures come from and, if there are lines, how far back those go. */
export function Source(props: { text: Get<string>; lines?: boolean }): Child {
  const open = () => age(ageOf(openedAt + connection.ahead()));
  const seen = () =>
    ` Of the last ${lineSpan()} lines other than CPU and memory show what this page has seen: it` +
    ` has been open for ${open()}.`;
  return (
    <p class="sub tabular" data-testid="source">
      {props.text}
      {props.lines && seen}
    </p>
  );
}

/** Proxmox's own page of a resource; only where an address of the web is configured. */
export function OwnPage(props: { remote: Get<string | null>; path: Get<string> }): Child {
  const url = () => {
    const slot = remoteNamed(props.remote());
    const base = slot < 0 ? null : remotes.fact(slot, "url");
    return base && /^https?:\/\//.test(base) ? `${base.replace(/\/$/, "")}/${props.path()}` : null;
  };
  return (
    <Show when={url}>
      {() => (
        <a class="button quiet" href={() => url() ?? ""} target="_blank" rel="noreferrer">
          Open in Proxmox
        </a>
      )}
    </Show>
  );
}
