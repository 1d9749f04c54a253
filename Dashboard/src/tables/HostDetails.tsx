/** What doesn't fit into a host's row: two minutes of each figure, disks, sensors, the system. */
import { type Child, type Get, For, Show } from "rx";
import { Figure } from "../atoms/Figure";
import { MetricBar } from "../atoms/MetricBar";
import { Sparkline } from "../atoms/Sparkline";
import { LIMITS, levelOf } from "../format/levels";
import {
  absolute, celsius, count, load, percent, rate, share, shareAndUsage, usage,
} from "../format/units";
import type { HostFacts, HostFigure } from "../stores/fleet";
import { type Trend, history, hosts } from "../stores/session";

const LOADS = ["load1", "load5", "load15"] as const;

export function HostDetails({ slot }: { slot: number }): Child {
  const is = (name: HostFigure) => hosts.figure(slot, name);
  const fact = (name: keyof HostFacts) => () => String(hosts.fact(slot, name) ?? "–");
  const disks = () => hosts.fact(slot, "disks") ?? [];
  const sensors = () => hosts.fact(slot, "temps") ?? [];
  const swap = () => (is("swapTotal") === 0 ? "none" : usage(is("swap"), is("swapTotal")));
  const loads = () => LOADS.map((name) => load(is(name))).join(" ");
  return (
    <div class="details" role="cell">
      <section class="tile measured">
        <h3>CPU</h3>
        <Trace
          slot={slot}
          of="cpu"
          label="CPU"
          note={() => `${count(is("cpus"))} cores`}
          format={percent}
          top={() => 100}
        />
      </section>
      <section class="tile measured">
        <h3>Memory</h3>
        <Trace
          slot={slot}
          of="mem"
          label="Memory"
          note={() => usage(is("mem"), is("memTotal"))}
          format={(value) => percent(share(value, is("memTotal")))}
          top={() => is("memTotal") || 1}
        />
      </section>
      <section class="tile measured">
        <h3>Network</h3>
        <Trace slot={slot} of="netIn" label="in" format={rate} />
        <Trace slot={slot} of="netOut" label="out" format={rate} />
      </section>
      <section class="tile measured">
        <h3>Disk I/O</h3>
        <Trace slot={slot} of="diskRead" label="read" format={rate} />
        <Trace slot={slot} of="diskWrite" label="write" format={rate} />
      </section>
      <section class="list measured" data-wide="3">
        <h3>Filesystems</h3>
        <For each={disks} by={([mount]) => mount}>
          {(disk) => (
            <div class="list-row" data-key={() => disk()[0]}>
              <bdi class="mono" data-field="mount">{() => disk()[0]}</bdi>
              <span class="sub" data-field="filesystem">{() => disk()[1]}</span>
              <MetricBar
                label={`Filesystem ${disk()[0]}`}
                field="filesystem-usage"
                value={() => share(disk()[2], disk()[3])}
                text={() => shareAndUsage(disk()[2], disk()[3])}
                limits={LIMITS.disk}
              />
            </div>
          )}
        </For>
        <Show when={() => disks().length === 0}>
          {() => <p class="sub">This host reports no filesystems.</p>}
        </Show>
      </section>
      <section class="list measured">
        <h3>Temperatures</h3>
        <For each={sensors} by={([name]) => name}>
          {(sensor) => (
            <div class="list-row" data-key={() => sensor()[0]}>
              <bdi data-field="sensor">{() => sensor()[0]}</bdi>
              <Figure
                field="sensor-temp"
                text={() => celsius(sensor()[1])}
                level={() => levelOf(sensor()[1], LIMITS.temperature)}
              />
            </div>
          )}
        </For>
        <Show when={() => sensors().length === 0}>
          {() => <p class="sub">This host reports no temperature sensor.</p>}
        </Show>
      </section>
      <section class="list" data-wide="4">
        <h3>System</h3>
        <dl>
          <Fact name="OS" field="os" text={fact("os")} />
          <Fact name="Kernel" field="kernel" text={fact("kernel")} />
          <Fact name="Architecture" field="arch" text={fact("arch")} />
          <Fact name="Processor" field="cpuModel" text={fact("cpuModel")} />
          <Fact name="Load" field="load" text={loads} />
          <Fact name="Swap" field="swap" text={swap} />
          <Fact name="Started" field="boot" text={() => absolute(is("boot"))} />
          <Fact name="Agent" field="agent" text={fact("agent")} />
          <Fact name="Reports every" field="interval" text={() => `${count(is("interval"))} s`} />
        </dl>
      </section>
    </div>
  );
}

/** One metric: its figure and its last two minutes. */
function Trace(props: {
  slot: number;
  of: Trend;
  label: string;
  /** What to read beside the figure, in place of the label. */
  note?: Get<string>;
  format: (value: number) => string;
  top?: Get<number>;
}): Child {
  const series = () => history.series(props.slot, props.of);
  // A line that fills its height whatever it shows must say what its top is.
  const labelAndMax = () => {
    const known = series().filter((value) => !Number.isNaN(value));
    return known.length ? `${props.label} · max ${props.format(Math.max(...known))}` : props.label;
  };
  return (
    <div class="trace">
      <div class="trace-head">
        <span class="sub">{props.note ?? labelAndMax}</span>
        <Figure
          field={`trend-${props.of}`}
          text={() => props.format(hosts.figure(props.slot, props.of))}
        />
      </div>
      <Sparkline
        label={props.label}
        series={series}
        format={props.format}
        top={props.top}
        filled
      />
    </div>
  );
}

function Fact(props: { name: string; field: string; text: Get<string> }): Child {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd data-field={props.field}>{props.text}</dd>
    </div>
  );
}
