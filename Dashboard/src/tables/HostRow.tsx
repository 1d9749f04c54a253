/** One host: what it is, how it does, and how old that knowledge is. */
import { type Child, Show } from "rx";
import { Age } from "../atoms/Age";
import { Figure } from "../atoms/Figure";
import { MetricBar } from "../atoms/MetricBar";
import { Sparkline } from "../atoms/Sparkline";
import { StatusBadge } from "../atoms/StatusBadge";
import { LIMITS, levelOf } from "../format/levels";
import {
  celsius, duration, load, percent, rate, share, shareAndUsage, usage,
} from "../format/units";
import type { Disk, HostFigure } from "../stores/fleet";
import { isAlone } from "../stores/hostView";
import { hrefOf } from "../stores/opened";
import { ageOf, history, hostLines, hosts } from "../stores/session";
import { HostDetails } from "./HostDetails";
import { cpuLines } from "./columns";

/** A report may be late by this many of the host's own intervals before its age is marked. */
const LATE_INTERVALS = 3;

const NO_RATE = "Needs two reports to be known";

export function HostRow({ slot }: { slot: number }): Child {
  const is = (name: HostFigure) => hosts.figure(slot, name);
  const name = () => hosts.fact(slot, "name") ?? "unnamed";
  const system = () => hosts.fact(slot, "os") ?? hosts.fact(slot, "platform") ?? "–";
  const online = () => hosts.fact(slot, "status") !== "offline";
  const memory = () => share(is("mem"), is("memTotal"));
  const disk = () => share(is("disk"), is("diskTotal"));
  const seconds = () => is("interval") || 30;
  const late = () => ageOf(is("seen")) > LATE_INTERVALS * seconds() * 1000;
  return (
    <div
      class="host"
      role="rowgroup"
      data-testid="host"
      data-id={() => hosts.fact(slot, "id")}
      data-key={() => hosts.fact(slot, "id")}
      data-status={() => hosts.fact(slot, "status")}
    >
      <div class="host-grid host-row" role="row">
        <div class="cell-host" role="cell">
          <a
            class="row-link host-name"
            tabindex="-1"
            href={() => hrefOf(hosts.fact(slot, "id") ?? "")}
          >
            <bdi data-field="name" title={name}>
              {name}
            </bdi>
          </a>
          <bdi class="sub" data-field="os" title={system}>
            {system}
          </bdi>
        </div>
        <div class="cell-status" role="cell">
          <StatusBadge status={() => hosts.fact(slot, "status") ?? "unknown"} />
        </div>
        <div class="cell-cpu measured" role="cell" data-label="CPU">
          <MetricBar
            label="CPU"
            field="cpu"
            value={() => is("cpu")}
            text={() => percent(is("cpu"))}
            limits={LIMITS.cpu}
            unknown={NO_RATE}
          />
          <span class="sub" title="Load of the last 1, 5 and 15 minutes">
            load <Figure field="load1" text={() => load(is("load1"))} />{" "}
            <Figure field="load5" text={() => load(is("load5"))} />{" "}
            <Figure field="load15" text={() => load(is("load15"))} />
          </span>
        </div>
        <div class="cell-trend measured" role="cell" data-label={cpuLines}>
          <Sparkline
            label="CPU"
            series={() => (hostLines.drawn(slot), history.series(slot, "cpu"))}
            format={percent}
            top={() => 100}
          />
        </div>
        <div class="cell-memory measured" role="cell" data-label="Memory">
          <MetricBar
            label="Memory"
            field="mem"
            value={memory}
            text={() => shareAndUsage(is("mem"), is("memTotal"))}
            limits={LIMITS.memory}
          />
          <span class="sub">
            {() => (is("swapTotal") === 0 ? "no swap" : "swap ")}
            <Show when={() => is("swapTotal") !== 0}>
              {() => <Figure field="swap" text={() => usage(is("swap"), is("swapTotal"))} />}
            </Show>
          </span>
        </div>
        <div class="cell-disk measured" role="cell" data-label="Disk">
          <MetricBar
            label="Disk"
            field="disk"
            value={disk}
            text={() => shareAndUsage(is("disk"), is("diskTotal"))}
            limits={LIMITS.disk}
          />
          <Fullest disks={() => hosts.fact(slot, "disks") ?? []} />
        </div>
        <div class="cell-temp measured" role="cell" data-label="Temp">
          <Figure
            field="temp"
            text={() => celsius(is("temp"))}
            level={() => levelOf(is("temp"), LIMITS.temperature)}
            unknown="This host reports no temperature"
          />
        </div>
        <div class="cell-net measured" role="cell" data-label="Network">
          <Flow word="in" field="netIn" text={() => rate(is("netIn"))} />
          <Flow word="out" field="netOut" text={() => rate(is("netOut"))} />
        </div>
        <div class="cell-io measured" role="cell" data-label="Disk I/O">
          <Flow word="read" field="diskRead" text={() => rate(is("diskRead"))} />
          <Flow word="write" field="diskWrite" text={() => rate(is("diskWrite"))} />
        </div>
        <div class="cell-uptime measured" role="cell" data-label="Uptime">
          <Figure
            field="uptime"
            text={() => (online() ? duration(ageOf(is("boot"))) : "–")}
            unknown="Not known while the host is offline"
          />
        </div>
        <div class="cell-seen" role="cell">
          <Age field="seen" since={() => is("seen")} late={late} />
        </div>
      </div>
      <Show when={isAlone}>
        {() => (
          <div role="row">
            <div role="cell">
              <HostDetails slot={slot} />
            </div>
          </div>
        )}
      </Show>
    </div>
  );
}

/** The filesystem that is nearest to being full: a sum hides it. */
function Fullest(props: { disks: () => Disk[] }): Child {
  const fullest = () => {
    let found: { mount: string; used: number } | null = null;
    for (const [mount, , used, total] of props.disks()) {
      const part = share(used, total);
      if (!Number.isNaN(part) && part > (found?.used ?? -1)) found = { mount, used: part };
    }
    return found;
  };
  return (
    <span
      class="sub"
      data-field="fullest"
      data-level={() => levelOf(fullest()?.used ?? null, LIMITS.disk)}
      title="The fullest filesystem"
    >
      {() => {
        const found = fullest();
        return found ? `${percent(found.used)} ${found.mount}` : "–";
      }}
    </span>
  );
}

/** A rate with its direction. */
function Flow(props: { word: string; field: HostFigure; text: () => string }): Child {
  return (
    <span class="flow">
      <span class="flow-word">{props.word}</span>
      <Figure field={props.field} text={props.text} unknown={NO_RATE} />
    </span>
  );
}
