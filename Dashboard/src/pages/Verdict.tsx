/** Is anything wrong? The worst in words, or one calm line. */
import { type Child, For, Show, memo } from "rx";
import { absolute, age, ago, total } from "../format/units";
import { hrefOf, openOnClick } from "../stores/opened";
import {
  type Problem, isWhole, problemCount, problems, showWhole,
} from "../stores/problems";
import { ageOf, connection, isLoaded, silence } from "../stores/session";
import { counted } from "../stores/summary";

/** How many are named before somebody asks for all, and then. */
const WORST = 5;
const ALL_MAX = 100;

export function Verdict(): Child {
  const some = memo(() => problems().length > 0);
  const isKnown = memo(() => isLoaded("summary"));
  return (
    <section class="verdict" aria-label="Is anything wrong?" data-testid="verdict">
      <Show when={some} fallback={() => <Show when={isKnown}>{() => <Calm />}</Show>}>
        {() => <Problems />}
      </Show>
    </section>
  );
}

const isLive = memo(() => connection.phase() === "live");

const plural = (count: number, word: string): string =>
  `${total(count)} ${word}${count === 1 ? "" : "s"}`;

function Calm(): Child {
  const isEmpty = memo(() => counted("remotes") + counted("hosts") === 0);
  return (
    <Show when={isEmpty} fallback={() => <Well />}>
      {() => <p class="calm" data-testid="calm">Nothing is watched yet.</p>}
    </Show>
  );
}

function Well(): Child {
  const counts = () =>
    (["node", "guest", "host"] as const)
      .map((word) => [counted(`${word}s`), word] as const)
      .filter(([count]) => count > 0)
      .map(([count, word]) => plural(count, word))
      .join(", ") || "what has answered";
  // One that fails would be a problem: these have just been configured, or the server has started.
  const waiting = () => {
    const count = counted("remotes") - counted("remotesOnline");
    if (count <= 0) return "";
    return ` ${plural(count, "remote")} ${count === 1 ? "has" : "have"} not answered yet.`;
  };
  return (
    <p class="calm" data-testid="calm">
      <svg class="badge-mark" viewBox="0 0 10 10" aria-hidden="true">
        <path d="M1 5.5l3 3l5-7" />
      </svg>
      <span class="tabular">
        {() => isLive()
          ? `Nothing is wrong with ${counts()}.${waiting()}`
          : `Nothing was wrong with ${counts()} ${ago(silence())}.`}
      </span>
    </p>
  );
}

function Problems(): Child {
  const shown = memo(() => problems().slice(0, isWhole() ? ALL_MAX : WORST));
  const others = () => problemCount() - WORST;
  const unlisted = () =>
    isWhole() && isLoaded("problems") ? problemCount() - shown().length : 0;
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
            onClick={() => showWhole(!isWhole())}
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
  // A figure and its sign stay on one line, as everywhere on the page.
  const words = () => problem().words.replaceAll(" %", "\u202f%");
  const duration = () => {
    if (Number.isNaN(since())) return "";
    // What lasts on is not known while the server is silent.
    const text = age(Math.max(0, ageOf(since()) - (isLive() ? 0 : silence())));
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
        <bdi data-field="words">{words}</bdi>{" "}
        <span class="sub tabular" data-field="for" title={() => absolute(since())}>
          {duration}
        </span>
      </p>
    </li>
  );
}
