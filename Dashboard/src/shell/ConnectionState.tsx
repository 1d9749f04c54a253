/** What the page says about its connection: always in the header, and loudly when it is lost. */
import { type Child, Show } from "rx";
import { age } from "../format/units";
import { now } from "../stores/clock";
import { connection, hosts, silence } from "../stores/session";
import type { Phase } from "../stores/websocket";

const WORDS: Record<Phase, string> = {
  connecting: "Connecting",
  live: "Live",
  stale: "Stale",
  offline: "Offline",
};

/** The mark of a phase is a shape as well as a colour. */
const MARKS: Record<Phase, string> = {
  connecting: "M5 1.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 1 1 0-7",
  live: "M5 1a4 4 0 1 1 0 8a4 4 0 1 1 0-8",
  stale: "M5 1l4.5 8h-9z",
  offline: "M1.5 1.5l7 7m0-7l-7 7",
};

const LOSSES: Partial<Record<Phase, string>> = {
  stale: "The server is silent.",
  offline: "No connection to the server.",
};

export function ConnectionState(): Child {
  return (
    <div class="connection" data-testid="connection">
      <svg class="connection-mark" viewBox="0 0 10 10" aria-hidden="true">
        <path d={() => MARKS[connection.phase()]} />
      </svg>
      <span>{() => WORDS[connection.phase()]}</span>
      <span class="connection-age" data-testid="age">
        {() => (connection.heardAt() === null ? "" : age(silence()))}
      </span>
      {/* Told once per change; the seconds are for the eye only. */}
      <span class="sr-only" role="status">{() => `Connection: ${WORDS[connection.phase()]}`}</span>
    </div>
  );
}

/** At the foot of the window, so that nothing on the page moves when it comes. */
export function ConnectionStrip(): Child {
  const phase = connection.phase;
  const old = () =>
    hosts.epoch === "" ? "" : ` The figures are ${age(silence())} old.`;
  const wait = () => {
    const at = connection.retryAt();
    return at === null ? "Trying now…" : `Next try in ${age(Math.max(1000, at - now() + 999))}.`;
  };
  return (
    <Show when={() => phase() === "stale" || phase() === "offline"}>
      {() => (
        <div class="strip" data-testid="strip">
          <p>
            <strong>
              {() => LOSSES[phase()]}
            </strong>
            <span class="tabular">{old}</span>
            <span class="tabular">{() => (phase() === "offline" ? ` ${wait()}` : "")}</span>
          </p>
          <button
            type="button"
            class="button"
            disabled={() => phase() === "offline" && connection.retryAt() === null}
            onClick={() => connection.wake()}
          >
            {() => (phase() === "stale" ? "Reconnect" : "Retry now")}
          </button>
        </div>
      )}
    </Show>
  );
}
