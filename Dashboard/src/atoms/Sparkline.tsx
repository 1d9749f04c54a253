/** The last samples as one line; what is unknown is a hole in it. */
import { type Child, type Get, memo } from "rx";
import {
  HEIGHT, areaBelow, heightOf, lineOf, runsOf, viewBoxOf, xOf,
} from "../format/line";
import { calmly } from "../stores/clock";
import { lineSpan } from "../stores/session";

interface Props {
  /** What is drawn, for those who can't see it. */
  label: string;
  series: Get<Float32Array>;
  /** How long that is, in words; without it, so many ticks. */
  span?: Get<string>;
  /** The figure as people read it. */
  format: (value: number) => string;
  /** The value at the top; without it, the largest one shown, as befits a rate. */
  top?: Get<number>;
  /** Whether the area below is tinted. */
  filled?: boolean;
  /** Where a dashed line says that a warning begins; only with `top`. */
  limit?: number;
  /** The sample that the pointer is at; -1 for none. */
  pointed?: Get<number>;
}

export function Sparkline(props: Props): Child {
  const lines = memo(() => runsOf(props.series(), props.top?.()));
  const path = () => lineOf(lines());
  const area = () => areaBelow(lines());
  const said = calmly(() => describe(props));
  const limit = () => heightOf(props.limit!, props.top!());
  return (
    <svg
      class="spark"
      role="img"
      viewBox={() => viewBoxOf(props.series().length)}
      preserveAspectRatio="none"
      aria-label={said}
    >
      {props.filled && <path class="spark-area" d={area} />}
      {props.limit !== undefined && (
        <path class="spark-limit" d={() => `M0,${limit()}H${xOf(props.series().length - 1)}`} />
      )}
      <path class="spark-line" d={path} />
      {props.pointed && (
        <path
          class="spark-pointed"
          d={() => (props.pointed!() < 0 ? "" : `M${xOf(props.pointed!())},0V${HEIGHT}`)}
        />
      )}
    </svg>
  );
}

function describe({ label, series, format, span = lineSpan }: Props): string {
  const known = [...series()].filter((value) => !Number.isNaN(value));
  const what = `${label}, last ${span()}`;
  if (known.length === 0) return `${what}: nothing known yet`;
  return `${what}: ${format(known.at(-1)!)}, max ${format(Math.max(...known))}`;
}
