/**
 * Each part of the page in every state that it knows, for those who work on it: no server says all
 * of this at once. It is built by `script/web --watch` and is no part of what is shipped.
 */
import { type Child, effect, insert, signal } from "rx";
import { ThemeToggle } from "../src/shell/Header";
import { ATOMS, type State } from "./atoms";
import { PARTS } from "./parts";

const PHASES = ["live", "stale", "offline"] as const;

function Gallery(): Child {
  const [phase, setPhase] = signal<string>("live");
  effect(() => {
    document.documentElement.dataset["conn"] = phase();
  });
  return (
    <main class="page">
      <div class="page-title">
        <h1>Gallery</h1>
        <div class="tools">
          {PHASES.map((name) => (
            <button
              type="button"
              class="chip"
              aria-pressed={() => String(phase() === name)}
              onClick={() => setPhase(name)}
            >
              {name}
            </button>
          ))}
          <ThemeToggle />
        </div>
      </div>
      {Object.entries({ ...ATOMS, ...PARTS }).map(([name, states]) => (
        <section>
          <h2>{name}</h2>
          <div class="gallery-part" data-part={name}>
            {states.map((state) => <Shown {...state} measured={name in ATOMS} />)}
          </div>
        </section>
      ))}
    </main>
  );
}

/** What is measured is dimmed when it is old; what can be pressed is not. */
const Shown = ({ title, wide, show, measured }: State & { measured: boolean }): Child => (
  <div class={`gallery-state ${measured ? "measured" : ""}`} data-wide={wide}>
    <h3>{title}</h3>
    {show()}
  </div>
);

insert(document.querySelector("#app")!, <Gallery />);
