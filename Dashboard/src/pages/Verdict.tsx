/** Is anything wrong? The worst in words, or one calm line. */
import { type Child, For, Show, memo, signal } from "rx";
import { absolute, age, ago, total } from "../format/units";
import { inOrder } from "../stores/hostView";
import { nodeOrder } from "../stores/nodeView";
import { hrefOf, openOnClick } from "../stores/opened";
import { type Problem, problems } from "../stores/problems";
import {
  type StreamName, ageOf, connection, guests, isLoaded, isOffered, remotes, silence, streams,
} from "../stores/session";

/** How many are named before somebody asks for all, and then. */
const WORST = 5;
const ALL_MAX = 100;

/** What has happened is news, and nothing that is wrong now. */
const JUDGED = (Object.keys(streams) as StreamName[]).filter((name) => name !== "events");

const [isWhole, setWhole] = signal(false);

export function Verdict(): Child {
  const some = memo(() => problems().length > 0);
  const isKnown = memo(
    () =>
      JUDGED.every((name) => !isOffered(name) || isLoaded(name)) &&
      remotes.slots().length + inOrder().length > 0,
  );
  return (
    <section class="verdict" aria-label="Is anything wrong?" data-testid="verdict">
      <Show when={some} fallback={() => <Show when={isKnown}>{() => <Calm />}</Show>}>
        {() => <Problems />}
      </Show>
    </section>
  );
}

const isLive = memo(() => connection.phase() === "live");

function Calm(): Child {
  const counts = () =>
    [
      [nodeOrder().length, "node"],
      [guests.slots().length, "guest"],
      [inOrder().length, "host"],
    ]
      .filter(([count]) => Number(count) > 0)
      .map(([count, word]) => `${total(Number(count))} ${word}${count === 1 ? "" : "s"}`)
      .join(", ");
  return (
    <p class="calm" data-testid="calm">
      <svg class="badge-mark" viewBox="0 0 10 10" aria-hidden="true">
        <path d="M1 5.5l3 3l5-7" />
      </svg>
      <span class="tabular">
        {() => isLive()
          ? `Nothing is wrong with ${counts()}.`
          : `Nothing was wrong with ${counts()} ${ago(silence())}.`}
      </span>
    </p>
  );
}

function Problems(): Child {
  const shown = memo(() => problems().slice(0, isWhole() ? ALL_MAX : WORST));
  const others = () => problems().length - WORST;
  const unlisted = () => (isWhole() ? problems().length - ALL_MAX : 0);
  return (
    <>
      <Show when={() => !isLive()}>
        {() => <p class="sub tabular">{() => `As it was ${ago(silence())}:`}</p>}
      </Show>
      <ul class="problems" data-testid="problems">
        <For each={shown} by={(problem) => problem.key}>
          {(problem) => <Line problem={problem} />}
        </For>
      </ul>
      <Show when={() => unlisted() > 0}>
        {() => (
          <p class="sub tabular" data-testid="unlisted-problems">
            {() => `${total(unlisted())} more ${unlisted() === 1 ? "is" : "are"} not listed.`}
          </p>
        )}
      </Show>
      <Show when={() => others() > 0}>
        {() => (
          <button
            type="button"
            class="more"
            aria-expanded={() => String(isWhole())}
            data-testid="more-problems"
            onClick={() => setWhole(!isWhole())}
          >
            {() => (isWhole() ? "Only the worst" : `and ${total(others())} more`)}
          </button>
        )}
      </Show>
    </>
  );
}

function Line({ problem }: { problem: () => Problem }): Child {
  const since = () => problem().since;
  const duration = () => {
    if (Number.isNaN(since())) return "";
    const text = age(ageOf(since()));
    return problem().isOlder ? `for ${text} or longer` : `for ${text}`;
  };
  return (
    <li data-id={() => problem().id} data-severity={() => problem().severity}>
      <svg class="badge-mark" viewBox="0 0 10 10" aria-hidden="true">
        <path d="M5 1l4.5 8h-9z" />
      </svg>
      <p>
        <span class="sr-only">
          {() => (problem().severity === "crit" ? "Critical: " : "Warning: ")}
        </span>
        <a
          class="row-link"
          href={() => hrefOf(problem().id)}
          onClick={(event) => openOnClick(event, problem().id)}
        >
          <bdi>{() => problem().subject}</bdi>
        </a>{" "}
        <bdi data-field="words">{() => problem().words}</bdi>{" "}
        <span class="sub tabular" data-field="for" title={() => absolute(since())}>
          {duration}
        </span>
      </p>
    </li>
  );
}
