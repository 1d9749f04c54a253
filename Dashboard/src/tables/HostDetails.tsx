/** What doesn't fit into a host's row: the lines of its figures, disks, sensors, the system. */
import { type Child, For, Show } from "rx";
import { Figure } from "../atoms/Figure";
import { MetricBar } from "../atoms/MetricBar";
import { LIMITS, levelOf } from "../format/levels";
import { absolute, celsius, count, loads, share, shareAndUsage, usage } from "../format/units";
import { Fact } from "../drawer/parts";
import { Flows, Spans, Usage } from "../drawer/tiles";
import type { HostFacts, HostFigure } from "../stores/fleet";
import { Past } from "../stores/past";
import { RATES, history, hostLines, hosts } from "../stores/session";

const LOADS = ["load1", "load5", "load15"] as const;

export function HostDetails({ slot }: { slot: number }): Child {
  const is = (name: HostFigure) => hosts.figure(slot, name);
  const fact = (name: keyof HostFacts) => () => String(hosts.fact(slot, name) ?? "–");
  const past = new Past(() => hosts.fact(slot, "id") ?? "", ["cpu", "mem", ...RATES]);
  const lines = past.over(history);
  const disks = () => hosts.fact(slot, "disks") ?? [];
  const sensors = () => hosts.fact(slot, "temps") ?? [];
  const swap = () => (is("swapTotal") === 0 ? "none" : usage(is("swap"), is("swapTotal")));
  return (
    <div class="details">
      <Spans past={past} />
      <Usage slot={slot} of={hosts} history={lines} lines={hostLines} />
      <Flows slot={slot} of={hosts} history={lines} />
      <section class="list measured" data-wide="3">
        <h3>Filesystems</h3>
        <div role="table" aria-label="Filesystems">
          <For each={disks} by={([mount]) => mount}>
            {(disk) => (
              <div class="list-row" role="row" data-key={() => disk()[0]}>
                <bdi class="mono" role="cell" data-field="mount">{() => disk()[0]}</bdi>
                <span class="sub" role="cell" data-field="filesystem">{() => disk()[1]}</span>
                <div role="cell">
                  <MetricBar
                    label={`Filesystem ${disk()[0]}`}
                    field="filesystem-usage"
                    value={() => share(disk()[2], disk()[3])}
                    text={() => shareAndUsage(disk()[2], disk()[3])}
                    limits={LIMITS.disk}
                  />
                </div>
              </div>
            )}
          </For>
        </div>
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
          <Fact name="Load" field="load" text={() => loads(LOADS.map(is))} />
          <Fact name="Swap" field="swap" text={swap} />
          <Fact name="Started" field="boot" text={() => absolute(is("boot"))} />
          <Fact name="Agent" field="agent" text={fact("agent")} />
          <Fact name="Reports every" field="interval" text={() => `${count(is("interval"))} s`} />
        </dl>
      </section>
    </div>
  );
}
