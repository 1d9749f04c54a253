/** The atoms, by the names of their files. */
import { type Child, signal } from "rx";
import { Age } from "../src/atoms/Age";
import { Checkbox, Select } from "../src/atoms/Choice";
import { Figure } from "../src/atoms/Figure";
import { ICONS, Icon } from "../src/atoms/Icon";
import { MetricBar } from "../src/atoms/MetricBar";
import { Sparkline } from "../src/atoms/Sparkline";
import { StatusBadge } from "../src/atoms/StatusBadge";
import { LIMITS } from "../src/format/levels";
import { SAMPLES } from "../src/format/line";
import { UNKNOWN, percent, rate, usage } from "../src/format/units";

export interface State {
  title: string;
  /** Whether it takes the whole width. */
  wide?: boolean;
  show: () => Child;
}

const GIB = 2 ** 30;
const MINUTE = 60_000;
const before = (milliseconds: number) => () => Date.now() - milliseconds;

const bar = (value: number, text = percent(value)) => () => (
  <MetricBar
    label="Memory"
    field="mem"
    value={() => value}
    text={() => text}
    limits={LIMITS.memory}
    unknown="Nobody knows why"
  />
);

/** Samples by their place, of which `known` says whether there is one. */
const samples = (value: (at: number) => number, known = (_: number): boolean => true) => {
  const series = Float32Array.from({ length: SAMPLES }, (_, at) => (known(at) ? value(at) : NaN));
  return () => series;
};
const wave = (at: number): number => 45 + 30 * Math.sin(at / 6);
const line = (
  series: () => Float32Array,
  rest: { filled?: boolean; limit?: number; pointed?: () => number } = {},
) => () => (
  <Sparkline label="CPU" series={series} format={percent} top={() => 100} {...rest} />
);

function box(checked: boolean): Child {
  const [is, set] = signal(checked);
  return <Checkbox title={checked ? "Chosen" : "Not chosen"} checked={is} change={set} />;
}

function select(style: string): Child {
  const [chosen, choose] = signal("two");
  const options = ["one", "two", "three"].map((name) => [name, name] as const);
  return <Select class={style} label="One of three" {...{ options, chosen, choose }} />;
}

export const ATOMS: Record<string, readonly State[]> = {
  StatusBadge: [
    "online", "running", "available", "stopped", "paused", "connecting", "offline", "unknown",
    "failing",
  ].map((word) => ({ title: word, show: () => <StatusBadge status={() => word} /> })),
  MetricBar: [
    { title: "nothing", show: bar(0) },
    { title: "well", show: bar(63, `63 % · ${usage(10.1 * GIB, 16 * GIB)}`) },
    { title: "warning", show: bar(87) },
    { title: "critical", show: bar(96.4) },
    { title: "more than all", show: bar(140) },
    { title: "unknown", show: bar(NaN) },
    { title: "longer than its place", show: bar(50, "50 % · ".repeat(20)) },
  ],
  Sparkline: [
    { title: "two minutes", show: line(samples(wave)) },
    { title: "filled, with its limit", show: line(samples(wave), { filled: true, limit: 70 }) },
    { title: "pointed at", show: line(samples(wave), { filled: true, pointed: () => 40 }) },
    { title: "just begun", show: line(samples(wave, (at) => at > 52)) },
    { title: "a single sample", show: line(samples(wave, (at) => at === SAMPLES - 1)) },
    { title: "with holes", show: line(samples(wave, (at) => at % 20 > 6), { filled: true }) },
    { title: "all at the top", show: line(samples(() => 100)) },
    { title: "nothing known", show: line(samples(wave, () => false)) },
    {
      title: "a rate: the largest is the top",
      show: () => (
        <Sparkline label="in" series={samples((at) => at ** 3)} format={rate} filled />
      ),
    },
  ],
  Figure: [
    { title: "known", show: () => <Figure field="cpu" text={() => percent(41)} /> },
    {
      title: "unknown",
      show: () => <Figure field="cpu" text={() => UNKNOWN} unknown="Needs two reports" />,
    },
    ...(["warn", "crit"] as const).map((level) => ({
      title: level,
      show: () => <Figure field="temp" text={() => "84 °C"} level={() => level} />,
    })),
  ],
  Age: [
    { title: "now", show: () => <Age field="seen" since={before(0)} /> },
    { title: "minutes", show: () => <Age field="seen" since={before(3 * MINUTE)} /> },
    { title: "days, late", show: () => <Age field="seen" since={before(7e8)} late={() => true} /> },
    { title: "unknown", show: () => <Age field="seen" since={() => NaN} /> },
  ],
  Choice: [
    { title: "a box", show: () => box(false) },
    { title: "a box, chosen", show: () => box(true) },
    { title: "one of several", show: () => select("menu-choice") },
  ],
  Icon: ICONS.map((name) => ({ title: name, show: () => <Icon name={name} /> })),
};
