/** All that is known of a node, and what it has: storages and guests. */
import { type Child, For, Show, memo } from "rx";
import { MetricBar } from "../atoms/MetricBar";
import { LIMITS } from "../format/levels";
import {
  UNKNOWN, absolute, bytes, cores, duration, load, loads, percent, share, shareAndUsage,
} from "../format/units";
import { setQuery } from "../stores/guestView";
import type { NodeFacts, NodeFigure } from "../stores/fleet";
import { countsOn } from "../stores/nodeView";
import { close } from "../stores/opened";
import { Past } from "../stores/past";
import { ageOf, newestNode, nodeHistory, nodeLines, nodes, storage } from "../stores/session";
import { compareText } from "../stores/sorting";
import { sourceOf, stalenessOf } from "./alone";
import { Fact, Group, OwnPage, Source, Staleness, Way, seenBy } from "./parts";
import { Spans, Trace, Usage } from "./tiles";

/** How often the server asks a node, in seconds. */
const ASKED_EVERY = 5;

export function NodePanel({ slot }: { slot: number }): Child {
  const newest = newestNode(slot);
  const is = (name: NodeFigure) => newest.figure(slot, name);
  const fact = <K extends keyof NodeFacts>(name: K) => nodes.fact(slot, name);
  const word = (name: "ha" | "address" | "version" | "kernel" | "cpuModel") => () =>
    fact(name) ?? UNKNOWN;
  const past = new Past(() => fact("id") ?? "", ["cpu", "mem", "load1", "iowait"]);
  const lines = past.over(nodeHistory);
  const online = () => fact("status") === "online";
  return (
    <>
      <Staleness text={() => stalenessOf(newest, nodes, slot)} />
      <Group title="Use" word="sampled" since={() => is("sampled")}>
        <div class="details">
          <Spans past={past} />
          <Usage slot={slot} of={newest} history={lines} lines={nodeLines} />
          <section class="tile measured">
            <h3>Load</h3>
            <Trace
              field="trend-load1"
              label="Load"
              note={() => "last minute"}
              text={() => load(is("load1"))}
              series={() => lines.series(slot, "load1")}
              timeOf={(at) => lines.timeOf(at)}
              format={load}
              top={() => Math.max(is("cpus") || 1, ...lines.series(slot, "load1")
                .filter((value) => !Number.isNaN(value)))}
            />
          </section>
          <section class="tile measured">
            <h3>Waiting for disks</h3>
            <Trace
              field="trend-iowait"
              label="I/O wait"
              note={() => "of CPU time"}
              text={() => percent(is("iowait"))}
              series={() => lines.series(slot, "iowait")}
              timeOf={(at) => lines.timeOf(at)}
              format={percent}
              top={() => 100}
            />
          </section>
          <section class="list measured" data-wide="4">
            <div class="list-row">
              <h3>Root disk</h3>
              <span />
              <MetricBar
                label="Root disk"
                field="disk"
                value={() => share(is("disk"), is("diskTotal"))}
                text={() => shareAndUsage(is("disk"), is("diskTotal"))}
                limits={LIMITS.disk}
              />
            </div>
            <div class="list-row">
              <h3>Swap</h3>
              <span />
              <MetricBar
                label="Swap"
                field="swap"
                value={() => share(is("swap"), is("swapTotal"))}
                text={() => is("swapTotal") === 0
                  ? "none"
                  : shareAndUsage(is("swap"), is("swapTotal"))}
                limits={LIMITS.disk}
              />
            </div>
          </section>
        </div>
      </Group>
      <Storages remote={() => fact("remote")} node={() => fact("name")} />
      <Group title="Facts" since={() => seenBy(fact("remote"))}>
        <dl class="list">
          <Fact name="Remote" field="remote" text={() => fact("remote") ?? UNKNOWN} />
          <div>
            <dt>Guests</dt>
            <dd data-field="guests">
              {() => `${countsOn(slot).running} of ${countsOn(slot).all} run `}
              <Show when={() => countsOn(slot).all > 0}>
                {() => (
                  <button
                    type="button"
                    class="way"
                    onClick={() => {
                      setQuery(`remote:=${fact("remote")} node:=${fact("name")}`);
                      close();
                    }}
                  >
                    Show them
                  </button>
                )}
              </Show>
            </dd>
          </div>
          <Fact
            name="Up for"
            field="uptime"
            text={() => (online() ? duration(ageOf(is("boot"))) : UNKNOWN)}
          />
          <Fact name="Started" field="boot" text={() => absolute(is("boot"))} />
          <Fact
            name="Load"
            field="load"
            text={() => loads([is("load1"), is("load5"), is("load15")])}
          />
          <Fact name="Processors" field="cpus" text={() => cores(is("cpus"))} />
          <Fact name="Processor" field="cpuModel" text={word("cpuModel")} />
          <Fact name="Memory" field="memTotal" text={() => bytes(is("memTotal"))} />
          <Fact name="Proxmox VE" field="version" text={word("version")} />
          <Fact name="Kernel" field="kernel" text={word("kernel")} />
          <Fact name="Address" field="address" text={word("address")} />
          <Fact name="High availability" field="ha" text={word("ha")} />
        </dl>
      </Group>
      <OwnPage remote={() => fact("remote")} path={() => `#v1:0:=node%2F${fact("name")}`} />
      <Source
        lines
        text={() => sourceOf(newest, fact("remote"), ASKED_EVERY)}
      />
    </>
  );
}

/** What a node can store on: its own first. */
function Storages(props: { remote: () => string | null; node: () => string | null }): Child {
  const rows = memo(() =>
    storage
      .slots()
      .filter(
        (slot) =>
          storage.fact(slot, "remote") === props.remote() &&
          (storage.fact(slot, "nodes") ?? []).includes(props.node() ?? ""),
      )
      .toSorted(
        (a, b) =>
          Number(storage.fact(a, "shared")) - Number(storage.fact(b, "shared")) ||
          compareText(storage.fact(a, "name") ?? "", storage.fact(b, "name") ?? ""),
      ),
  );
  return (
    <Show when={() => rows().length > 0}>
      {() => (
        <Group title="Storage" since={() => seenBy(props.remote())}>
          <div class="list" data-wide="4" data-testid="storages">
            <For each={rows} by={(slot) => slot}>
              {(slot) => (
                <div class="list-row measured">
                  <Way
                    id={() => storage.fact(slot(), "id") ?? ""}
                    text={() => storage.fact(slot(), "name") ?? UNKNOWN}
                  />
                  <span class="sub">
                    {() =>
                      storage.fact(slot(), "shared") ? "shared" : storage.fact(slot(), "type")}
                  </span>
                  <MetricBar
                    label={`Storage ${storage.fact(slot(), "name")}`}
                    field="storage-usage"
                    value={() =>
                      share(storage.figure(slot(), "disk"), storage.figure(slot(), "diskTotal"))}
                    text={() => shareAndUsage(
                      storage.figure(slot(), "disk"), storage.figure(slot(), "diskTotal"),
                    )}
                    limits={LIMITS.storage}
                    unknown="Proxmox does not say"
                  />
                </div>
              )}
            </For>
          </div>
        </Group>
      )}
    </Show>
  );
}
