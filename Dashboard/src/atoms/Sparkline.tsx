/** The last two minutes as one line; what is unknown is a hole in it. */
import { type Child, type Get, memo } from "rx";
import { calmly } from "../stores/clock";
import { SAMPLES } from "../stores/metricsHistory";

interface Props {
  /** What is drawn, for those who can't see it. */
  label: string;
  series: Get<Float32Array>;
  /** The figure as people read it. */
  format: (value: number) => string;
  /** The value at the top; without it, the largest one shown, as befits a rate. */
  top?: Get<number>;
  /** Whether the area below is tinted. */
  filled?: boolean;
}

const HEIGHT = 20;
const STEP = 2;
const WIDTH = (SAMPLES - 1) * STEP;
/** The line keeps this distance from the edges, or half of its width would be cut off. */
const INSET = 1;
/** Rates below 1 KiB/s are no peaks. */
const TOP_MIN = 1024;

export function Sparkline(props: Props): Child {
  const lines = memo(() => runs(props.series(), props.top?.()));
  const path = () => lines().map((run) => `M${run.join("L")}`).join("");
  const area = () =>
    lines()
      .map((run) => `M${run[0]!.split(",")[0]},${HEIGHT}L${run.join("L")}V${HEIGHT}Z`)
      .join("");
  const said = calmly(() => describe(props));
  return (
    <svg
      class="spark"
      role="img"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-label={said}
    >
      {props.filled && <path class="spark-area" d={area} />}
      <path class="spark-line" d={path} />
    </svg>
  );
}

/** The points of each unbroken run of known samples. */
function runs(series: Float32Array, top: number | undefined): string[][] {
  const highest = top ?? Math.max(TOP_MIN, ...series.filter((value) => !Number.isNaN(value)));
  const found: string[][] = [];
  let open = false;
  series.forEach((value, index) => {
    if (Number.isNaN(value)) {
      open = false;
      return;
    }
    if (!open) found.push([]);
    open = true;
    const y = HEIGHT - INSET - (Math.min(value, highest) / highest) * (HEIGHT - 2 * INSET);
    found.at(-1)!.push(`${index * STEP},${y.toFixed(1)}`);
  });
  // A single sample is a dot: a line without a length is drawn by its round caps.
  for (const run of found) if (run.length === 1) run.push(run[0]!);
  return found;
}

function describe({ label, series, format }: Props): string {
  const known = [...series()].filter((value) => !Number.isNaN(value));
  if (known.length === 0) return `${label}, last 2 min: nothing known yet`;
  return `${label}, last 2 min: ${format(known.at(-1)!)}, max ${format(Math.max(...known))}`;
}
