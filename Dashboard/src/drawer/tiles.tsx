/** Tiles with what is measured of a node, a guest or a host, now and lately. */
import { type Child, type Get, Show, signal } from "rx";
import { Figure } from "../atoms/Figure";
import { Sparkline } from "../atoms/Sparkline";
import { type Level, type Limits, LIMITS, levelOf } from "../format/levels";
import { TOP_MIN } from "../format/line";
import { ago, cores, percent, rate, share, usage } from "../format/units";
import { type Past, SPANS, setSpan, span, titleOf } from "../stores/past";
import { type Rate, ageOf } from "../stores/session";

/** Where the figures of some metrics are, and their lines. */
interface Traced<Figure extends string, Metric extends Figure> {
  slot: number;
  of: { figure(slot: number, name: Figure): number };
  history: {
    series(slot: number, metric: Metric): Float32Array;
    timeOf(at: number): number;
  };
}

/** What fills the past of lines. */
interface Lines {
  look(shown: () => Iterable<number>): void;
}

/** Chooses how far back the charts go, and says how old their newest sample is. */
export function Spans({ past }: { past: Past }): Child {
  return (
    <div class="spans" role="group" aria-label="How far back the charts go">
      {SPANS.map((of) => (
        <button
          type="button"
          class="chip"
          data-span={of}
          aria-pressed={() => String(span() === of)}
          onClick={() => setSpan(of)}
        >
          {() => titleOf(of)}
        </button>
      ))}
      <Show when={() => !Number.isNaN(past.newest())}>
        {() => (
          <span class="sub tabular" data-testid="newest-sample">
            {() => `to ${ago(ageOf(past.newest()))}`}
          </span>
        )}
      </Show>
    </div>
  );
}

/** The use of processors and memory. */
export function Usage(
  { slot, of, history, lines }:
    Traced<"cpu" | "cpus" | "mem" | "memTotal", "cpu" | "mem"> & { lines: Lines },
): Child {
  lines.look(() => [slot]);
  const is = (name: Parameters<typeof of.figure>[1]) => of.figure(slot, name);
  const tile = (
    title: string, metric: "cpu" | "mem", value: Get<number>, note: Get<string>, limits: Limits,
  ) => (
    <section class="tile measured">
      <h3>{title}</h3>
      <Trace
        field={`trend-${metric}`}
        label={title}
        note={note}
        text={() => percent(value())}
        series={() => history.series(slot, metric)}
        timeOf={(at) => history.timeOf(at)}
        format={percent}
        top={() => 100}
        level={() => levelOf(value(), limits)}
        limit={limits.warn}
      />
    </section>
  );
  const memory = () => share(is("mem"), is("memTotal"));
  return (
    <>
      {tile("CPU", "cpu", () => is("cpu"), () => cores(is("cpus")), LIMITS.cpu)}
      {tile("Memory", "mem", memory, () => usage(is("mem"), is("memTotal")), LIMITS.memory)}
    </>
  );
}

/** What goes over the network, and to and from disks. */
export function Flows({ slot, of, history }: Traced<Rate, Rate>): Child {
  const flow = (metric: Rate, label: string) => (
    <Trace
      field={`trend-${metric}`}
      label={label}
      text={() => rate(of.figure(slot, metric))}
      newest={() => of.figure(slot, metric)}
      series={() => history.series(slot, metric)}
      timeOf={(at) => history.timeOf(at)}
      format={rate}
    />
  );
  return (
    <>
      <section class="tile measured">
        <h3>Network</h3>
        {flow("netIn", "in")}
        {flow("netOut", "out")}
      </section>
      <section class="tile measured">
        <h3>Disk I/O</h3>
        {flow("diskRead", "read")}
        {flow("diskWrite", "write")}
      </section>
    </>
  );
}

/** One metric: its figure and what the page has seen of it lately. */
export function Trace(props: {
  field: string;
  label: string;
  /** What to read beside the figure, in place of the label. */
  note?: Get<string>;
  text: Get<string>;
  series: Get<Float32Array>;
  /** When the sample at a place of the series was taken, by the server's clock. */
  timeOf: (at: number) => number;
  format: (value: number) => string;
  /** The figure, where the line fills its height whatever it shows. */
  newest?: Get<number>;
  top?: Get<number>;
  level?: Get<Level>;
  /** Where the warning begins, in the unit of the series. */
  limit?: number;
}): Child {
  const [pointed, setPointed] = signal(-1);
  // The figure is newer than the line's last sample, and no largest one may be below it.
  const known = () => [...props.series(), props.newest?.() ?? NaN]
    .filter((value) => !Number.isNaN(value));
  // A line that fills its height whatever it shows must say what its top is.
  const labelAndMax = () => known().length > 0
    ? `${props.label} · max ${props.format(Math.max(...known()))}`
    : props.label;
  const top = props.top ?? (() => Math.max(TOP_MIN, ...known()));
  const atPointer = () => {
    const value = props.series()[pointed()]!;
    const text = Number.isNaN(value) ? "unknown" : props.format(value);
    return `${text}, ${ago(ageOf(props.timeOf(pointed())))}`;
  };
  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const last = props.series().length - 1;
    setPointed(Math.min(last, Math.max(0, Math.round(share * last))));
  };
  return (
    <div class="trace">
      <div class="trace-head">
        <span class="sub">
          {() => (pointed() >= 0 ? atPointer() : (props.note ?? labelAndMax)())}
        </span>
        <Figure field={props.field} text={props.text} level={props.level} />
      </div>
      <div class="trace-line" onPointermove={point} onPointerleave={() => setPointed(-1)}>
        <Sparkline
          label={props.label}
          series={props.series}
          span={() => titleOf(span())}
          format={props.format}
          top={top}
          limit={props.limit}
          pointed={pointed}
          filled
        />
      </div>
    </div>
  );
}
