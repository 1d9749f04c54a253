/** One line that counts what is well. */
import { type Child, Show } from "rx";
import { total } from "../format/units";
import { inOrder, onlineCount } from "../stores/hostView";
import { guestCounts, nodeOrder, nodesOnline } from "../stores/nodeView";
import { isLoaded } from "../stores/session";

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
