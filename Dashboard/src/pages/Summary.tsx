/** One line that says how everything is, and below it only what is in trouble. */
import { type Child, For, Show } from "rx";
import { absolute, age, ago, total } from "../format/units";
import { inOrder, onlineCount } from "../stores/hostView";
import { guestCounts, nodeOrder, nodesOnline, troubled } from "../stores/nodeView";
import { ageOf, isLoaded, remotes } from "../stores/session";

export function Summary(): Child {
  return (
    <nav class="summary" aria-label="Sections" data-testid="summary">
      <Count
        to="nodes"
        shown={() => isLoaded("nodes") && nodeOrder().length > 0}
        part={nodesOnline}
        whole={() => nodeOrder().length}
        word="online"
        matters
      />
      <Count
        to="guests"
        shown={() => isLoaded("guests") && guestCounts().all > 0}
        part={() => guestCounts().running}
        whole={() => guestCounts().all}
        word="running"
      />
      <Count
        to="hosts"
        shown={() => isLoaded("hosts") && inOrder().length > 0}
        part={onlineCount}
        whole={() => inOrder().length}
        word="online"
        matters
      />
    </nav>
  );
}

/** "nodes 11/12 online", which leads to them. */
function Count(props: {
  to: "nodes" | "guests" | "hosts";
  shown: () => boolean;
  part: () => number;
  whole: () => number;
  word: string;
  /** Whether the missing ones are bad news. */
  matters?: boolean;
}): Child {
  return (
    <Show when={props.shown}>
      {() => (
        <a href={`#${props.to}`} data-testid={`summary-${props.to}`}>
          {props.to}{" "}
          <strong data-bad={() => props.matters && props.part() < props.whole()}>
            {() => `${total(props.part())}/${total(props.whole())}`}
          </strong>{" "}
          <span class="summary-word">{props.word}</span>
        </a>
      )}
    </Show>
  );
}

/** What is wrong with remotes: the words, since when, and how old their figures are. */
export function Trouble(): Child {
  return (
    <Show when={() => troubled().length > 0}>
      {() => (
        <ul class="trouble" data-testid="trouble" aria-label="Remotes in trouble">
          <For each={troubled} by={(slot) => slot}>
            {(slot) => <Failing slot={slot()} />}
          </For>
        </ul>
      )}
    </Show>
  );
}

function Failing({ slot }: { slot: number }): Child {
  const fails = () => remotes.fact(slot, "status") === "failing";
  const since = () => remotes.figure(slot, "failingSince");
  const seen = () => remotes.figure(slot, "seen");
  const words = () =>
    [
      remotes.fact(slot, "error") ?? (fails() ? "it does not answer" : ""),
      remotes.fact(slot, "quorate") === false ? "its cluster has no majority of nodes" : "",
    ].filter(Boolean).join("; ");
  return (
    <li data-id={() => remotes.fact(slot, "id")} data-fails={fails}>
      <svg class="badge-mark" viewBox="0 0 10 10" aria-hidden="true">
        <path d="M5 1l4.5 8h-9z" />
      </svg>
      <p>
        <bdi class="trouble-name" data-field="name">
          {() => remotes.fact(slot, "name") ?? "unnamed"}
        </bdi>{" "}
        <bdi data-field="error">{words}</bdi>
        <Show when={fails}>
          {() => (
            <span class="sub tabular">
              <Show when={() => !Number.isNaN(since())}>
                {() => (
                  <span title={() => absolute(since())} data-field="since">
                    {() => ` · failing for ${age(ageOf(since()))}`}
                  </span>
                )}
              </Show>
              <span data-field="seen">
                {() => Number.isNaN(seen())
                  ? " · it has not answered yet"
                  : ` · figures from ${ago(ageOf(seen()))}`}
              </span>
            </span>
          )}
        </Show>
      </p>
    </li>
  );
}
