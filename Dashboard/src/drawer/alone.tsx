/** What a resource says when it is asked alone, beside what its row has. */
import { type Child, type Get, For, Show } from "rx";
import { UNKNOWN, percent, rate } from "../format/units";
import type { DetailFacts } from "../stores/fleet";
import type { Newest } from "../stores/newest";
import { connection } from "../stores/session";
import { Group } from "./parts";
import { type Polled, lacksSamples, staleness } from "./staleness";

type Any = Pick<Newest<string>, "isAsked" | "isOwn" | "error" | "alone" | "list">;

/** Why its figures are old, or why they are not although its row is. */
export function stalenessOf(newest: Any, table: Polled, row: number): string {
  const listed = staleness(table, row);
  if (listed === "") {
    const error = newest.error();
    if (error === null) return "";
    const what = newest.isOwn() ? "these figures are from before" : "this is of the list";
    return `It could not be asked alone (${error}): ${what}.`;
  }
  if (!newest.isAsked()) return listed;
  const why = lacksSamples(table, row)
    ? "Proxmox takes no samples of it"
    : "What the list says of it is old";
  return `${why}: these figures are what it says when it is asked alone.`;
}

/** Where the figures come from. */
export function sourceOf(newest: Any, remote: string | null, seconds: number): string {
  if (newest.isAsked()) {
    const often = `every ${seconds}\u202fs at most`;
    return `Asked of Proxmox VE (${remote}) ${often}, for as long as this is open.`;
  }
  const polled = `Polled from Proxmox VE (${remote}), which takes a sample every 10\u202fs.`;
  if (connection.look.refusal() !== "too_many") return polled;
  return `${polled} So many resources are looked at that this one is not asked alone.`;
}

/** "CPU 1.2 %, disks 0.3 %": how much of the time something of it waited. */
export function pressureOf(newest: Any): string {
  const parts = [
    ["CPU", "cpuPressure"], ["disks", "ioPressure"], ["memory", "memPressure"],
  ] as const;
  const known = parts
    .map(([word, name]) => [word, newest.alone(name)] as const)
    .filter(([, value]) => !Number.isNaN(value))
    .map(([word, value]) => `${word} ${percent(value)}`);
  return known.join(", ") || UNKNOWN;
}

const KINDS = {
  networks: ["Network interfaces", "in", "out"],
  drives: ["Drives", "read", "written"],
} as const;

/** The rates of each interface and drive, where Proxmox tells them apart. */
export function Devices({ newest, since }: { newest: Any; since: Get<number> }): Child {
  const kinds = ["networks", "drives"] as const;
  return (
    <Show when={() => kinds.some((kind) => newest.list(kind).length > 0)}>
      {() => (
        <Group title="Devices" word="asked" since={since}>
          <div class="details">
            {kinds.map((kind) => <DeviceList kind={kind} newest={newest} />)}
          </div>
        </Group>
      )}
    </Show>
  );
}

function DeviceList({ kind, newest }: { kind: keyof typeof KINDS; newest: Any }): Child {
  const [title, into, out] = KINDS[kind];
  const all = (): DetailFacts["networks"] => newest.list(kind);
  const flow = (word: string, field: string, value: Get<number | null>) => (
    <span class="device-flow" role="cell">
      <span class="sub">{word}</span> <span data-field={field}>{() => rate(value())}</span>
    </span>
  );
  return (
    <Show when={() => all().length > 0}>
      {() => (
        <section class="list measured tabular" data-wide="4" data-testid={kind}>
          <h3>{title}</h3>
          <div role="table" aria-label={title}>
            <For each={all} by={([name]) => name}>
              {(device) => (
                <div class="device" role="row" data-key={() => device()[0]}>
                  <bdi class="mono" role="cell" data-field="device">{() => device()[0]}</bdi>
                  {flow(into, `${kind}-in`, () => device()[1])}
                  {flow(out, `${kind}-out`, () => device()[2])}
                </div>
              )}
            </For>
          </div>
        </section>
      )}
    </Show>
  );
}
