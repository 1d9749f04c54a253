/** What changed in the last 15 minutes: news, the newest first. */
import { type Child, For, Show, memo, signal } from "rx";
import { Age } from "../atoms/Age";
import { total } from "../format/units";
import { hrefOf, openOnClick } from "../stores/opened";
import {
  type RecentEvent, SPAN_MINUTES, recentCount, recentEvents,
} from "../stores/recentEvents";

/** How many are named before somebody asks for more, and then. */
const NEWEST = 3;
const ALL_MAX = 100;

const [isWhole, setWhole] = signal(false);

export function RecentChanges(): Child {
  const some = memo(() => recentCount() > 0);
  const shown = memo(() => recentEvents(isWhole() ? ALL_MAX : NEWEST));
  const unlisted = () => (isWhole() ? recentCount() - ALL_MAX : 0);
  return (
    <section class="changes" aria-labelledby="changes-title" data-testid="changes">
      <h2 id="changes-title">{`What changed in the last ${SPAN_MINUTES} minutes`}</h2>
      <Show
        when={some}
        fallback={() => <p class="sub" data-testid="no-changes">Nothing that pulse has seen.</p>}
      >
        {() => (
          <ul>
            <For each={shown} by={(event) => event.key}>
              {(event) => <Line event={event} />}
            </For>
          </ul>
        )}
      </Show>
      <Show when={() => unlisted() > 0}>
        {() => (
          <p class="sub tabular">{() => `${total(unlisted())} earlier ones are not listed.`}</p>
        )}
      </Show>
      <Show when={() => recentCount() > NEWEST}>
        {() => (
          <button
            type="button"
            class="more"
            aria-expanded={() => String(isWhole())}
            data-testid="more-changes"
            onClick={() => setWhole(!isWhole())}
          >
            {() => (isWhole() ? "Only the newest" : `and ${total(recentCount() - NEWEST)} more`)}
          </button>
        )}
      </Show>
    </section>
  );
}

function Line({ event }: { event: () => RecentEvent }): Child {
  const opens = memo(() => event().opens);
  const name = () => <bdi>{() => event().subject}</bdi>;
  return (
    <li data-kind={() => event().kind} data-id={() => opens() ?? ""}>
      <p>
        <Show when={() => opens() !== null} fallback={name}>
          {() => (
            <a
              class="row-link"
              href={() => hrefOf(opens() ?? "")}
              onClick={(click) => openOnClick(click, opens() ?? "")}
            >
              {name()}
            </a>
          )}
        </Show>{" "}
        <bdi data-field="words">{() => event().words}</bdi>{" "}
        <span class="sub">
          <Age since={() => event().at} field="at" />
        </span>
      </p>
    </li>
  );
}
