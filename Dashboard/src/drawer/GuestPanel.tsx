/** All that is known of a guest. */
import { type Child, Show } from "rx";
import { MetricBar } from "../atoms/MetricBar";
import { LIMITS } from "../format/levels";
import { UNKNOWN, absolute, bytes, cores, duration, share, shareAndUsage } from "../format/units";
import type { GuestFacts, GuestFigure } from "../stores/fleet";
import { Past } from "../stores/past";
import {
  RATES, ageOf, guestHistory, guestLines, guestRates, guests, newestGuest,
} from "../stores/session";
import { Devices, pressureOf, sourceOf, stalenessOf } from "./alone";
import { Fact, Group, OwnPage, Source, Staleness, Tags, Way, seenBy } from "./parts";
import { Flows, Spans, Usage } from "./tiles";

/** How often the server asks a guest, in seconds. */
const ASKED_EVERY = 2;

export function GuestPanel({ slot }: { slot: number }): Child {
  const newest = newestGuest(slot);
  const is = (name: GuestFigure) => newest.figure(slot, name);
  const fact = <K extends keyof GuestFacts>(name: K) => guests.fact(slot, name);
  const word = (name: "pool" | "ha" | "lock" | "name") => () => fact(name) ?? UNKNOWN;
  const runs = () => fact("status") === "running";
  const past = new Past(() => fact("id") ?? "", ["cpu", "mem", ...RATES]);
  const own = (name: "machine" | "qemu") => () => newest.own(name) ?? UNKNOWN;
  const agent = () => {
    const has = newest.own("agent");
    return has === null ? UNKNOWN : has ? "configured" : "not configured";
  };
  const isPlain = () =>
    pressureOf(newest) === UNKNOWN && Number.isNaN(newest.alone("swap"));
  const seen = () => seenBy(fact("remote"));
  return (
    <>
      <Tags words={() => fact("tags") ?? []} />
      <Staleness text={() => stalenessOf(newest, guests, slot)} />
      <Group title="Use" word="sampled" since={() => is("sampled")}>
        <div class="details">
          <Spans past={past} />
          <Usage slot={slot} of={newest} history={past.over(guestHistory)} lines={guestLines} />
          <Flows slot={slot} of={newest} history={past.over(guestRates)} />
          <section class="list measured" data-wide="4">
            <h3>Root disk</h3>
            <Show
              when={() => fact("type") === "lxc" && runs()}
              fallback={() => (
                <p class="sub">
                  {() => `${bytes(is("diskTotal"))}; Proxmox does not know what is used of it.`}
                </p>
              )}
            >
              {() => (
                <MetricBar
                  label="Root disk"
                  field="disk"
                  value={() => share(is("disk"), is("diskTotal"))}
                  text={() => shareAndUsage(is("disk"), is("diskTotal"))}
                  limits={LIMITS.disk}
                />
              )}
            </Show>
          </section>
          <section class="list measured" data-wide="4" hidden={() => isPlain()}>
            <dl>
              <Fact name="Waited for" field="pressure" text={() => pressureOf(newest)} />
              <Fact name="Swap" field="swap" text={() => bytes(newest.alone("swap"))} />
            </dl>
          </section>
        </div>
      </Group>
      <Devices newest={newest} since={() => is("sampled")} />
      <Group title="Facts" since={seen}>
        <dl class="list">
          <Fact name="Number" field="vmid" text={() => String(is("vmid"))} />
          <Fact
            name="Kind"
            field="kind"
            text={() => (fact("type") === "lxc" ? "Container (LXC)" : "Virtual machine (QEMU)")}
          />
          <Fact
            name="Running for"
            field="uptime"
            text={() => (runs() ? duration(ageOf(is("boot"))) : UNKNOWN)}
          />
          <Fact name="Started" field="boot" text={() => absolute(is("boot"))} />
          <Fact name="Remote" field="remote" text={() => fact("remote") ?? UNKNOWN} />
          <div>
            <dt>Node</dt>
            <dd data-field="node">
              <Way
                id={() => `node:${fact("remote")}/${fact("node")}`}
                text={() => fact("node") ?? UNKNOWN}
              />
            </dd>
          </div>
          <Fact name="Processors" field="cpus" text={() => cores(is("cpus"))} />
          <Fact name="Memory" field="memTotal" text={() => bytes(is("memTotal"))} />
          <Fact name="Disk" field="diskTotal" text={() => bytes(is("diskTotal"))} />
          <Fact name="Machine" field="machine" text={own("machine")} />
          <Fact name="QEMU" field="qemu" text={own("qemu")} />
          <Fact name="Guest agent" field="agent" text={agent} />
          <Fact name="Pool" field="pool" text={word("pool")} />
          <Fact name="High availability" field="ha" text={word("ha")} />
          <Fact name="Locked by" field="lock" text={word("lock")} />
          <Fact
            name="Template"
            field="template"
            text={() => (fact("template") ? "yes" : UNKNOWN)}
          />
        </dl>
      </Group>
      <OwnPage
        remote={() => fact("remote")}
        path={() => `#v1:0:=${fact("type")}%2F${is("vmid")}`}
      />
      <Source
        lines
        text={() => sourceOf(newest, fact("remote"), ASKED_EVERY)}
      />
    </>
  );
}
