/** What the panels of the drawer are made of. Each group says how old its figures are. */
import { type Child, type Get, For, Show, signal } from "rx";
import { Figure } from "../atoms/Figure";
import { Sparkline } from "../atoms/Sparkline";
import type { Level } from "../format/levels";
import { UNKNOWN, absolute, age, ago } from "../format/units";
import { SAMPLES } from "../stores/metricsHistory";
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

/** One metric: its figure and what the page has seen of it lately. */
export function Trace(props: {
  field: string;
  label: string;
  /** What to read beside the figure, in place of the label. */
  note?: Get<string>;
  text: Get<string>;
  series: Get<Float32Array>;
  format: (value: number) => string;
  top?: Get<number>;
  level?: Get<Level>;
  /** Where the warning begins, in the unit of the series. */
  limit?: number;
}): Child {
  const [pointed, setPointed] = signal(-1);
  // A line that fills its height whatever it shows must say what its top is.
  const labelAndMax = () => {
    const known = props.series().filter((value) => !Number.isNaN(value));
    return known.length ? `${props.label} · max ${props.format(Math.max(...known))}` : props.label;
  };
  const atPointer = () => {
    const value = props.series()[pointed()]!;
    const back = (SAMPLES - 1 - pointed()) * connection.interval();
    const text = Number.isNaN(value) ? "unknown" : props.format(value);
    return `${text}, ${back === 0 ? "now" : ago(back)}`;
  };
  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    setPointed(Math.min(SAMPLES - 1, Math.max(0, Math.round(share * (SAMPLES - 1)))));
  };
  return (
    <div class="trace">
      <div class="trace-head">
        <span class="sub">
          {() => (pointed() >= 0 ? atPointer() : (props.note ?? labelAndMax)())}
        </span>
        <Figure field={props.field} text={props.text} level={props.level} />
      </div>
      <div class="trace-line" onPointermove={point} onPointerleave={() => setPointed(-1)}>
        <Sparkline
          label={props.label}
          series={props.series}
          format={props.format}
          top={props.top}
          limit={props.limit}
          pointed={pointed}
          filled
        />
      </div>
    </div>
  );
}

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
    ` Lines show what this page has seen: ${lineSpan()} at most; it has been open for ${open()}.`;
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
