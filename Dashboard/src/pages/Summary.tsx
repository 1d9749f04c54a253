/** One line that counts what is well, as the server counts it. */
import { type Child, Show } from "rx";
import { total } from "../format/units";
import type { SummaryFigure } from "../stores/fleet";
import { counted } from "../stores/summary";

export function Summary(): Child {
  return (
    <nav class="summary" aria-label="Sections" data-testid="summary">
      <Count to="nodes" part="nodesOnline" word="online" matters />
      <Count to="guests" part="guestsRunning" word="running" />
      <Count to="hosts" part="hostsOnline" word="online" matters />
    </nav>
  );
}

/** "nodes 11/12 online", which leads to them. */
function Count(props: {
  to: "nodes" | "guests" | "hosts";
  part: SummaryFigure;
  word: string;
  /** Whether the missing ones are bad news. */
  matters?: boolean;
}): Child {
  const [part, whole] = [() => counted(props.part), () => counted(props.to)];
  return (
    <Show when={() => whole() > 0}>
      {() => (
        <a href={`#${props.to}`} data-testid={`summary-${props.to}`}>
          {props.to}{" "}
          <strong data-bad={() => props.matters && part() < whole()}>
            {() => `${total(part())}/${total(whole())}`}
          </strong>{" "}
          <span class="summary-word">{props.word}</span>
        </a>
      )}
    </Show>
  );
}
