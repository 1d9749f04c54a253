/** A quiet bar with its figure above it; the colour only repeats what the level says. */
import { type Child, type Get, effect, memo } from "rx";
import { type Limits, levelOf } from "../format/levels";
import { calmly } from "../stores/clock";

interface Props {
  /** What is measured, for those who can't see the column's head. */
  label: string;
  field: string;
  /** Percent; NaN is unknown. */
  value: Get<number>;
  text: Get<string>;
  limits: Limits;
  /** Why the figure may be missing. */
  unknown?: string;
}

export function MetricBar(props: Props): Child {
  let bar!: HTMLElement;
  const level = memo(() => levelOf(props.value(), props.limits));
  const said = calmly(props.text);
  const node = (
    <div
      class="bar"
      role="meter"
      data-level={level}
      aria-label={props.label}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow={calmly(() => (level() === "unknown" ? null : Math.round(props.value())))}
      aria-valuetext={() => (level() === "unknown" ? "unknown" : said())}
      title={() => (level() === "unknown" ? props.unknown : null)}
      ref={(element) => (bar = element)}
    >
      <span class="bar-text" data-field={props.field}>
        {props.text}
      </span>
      <span class="bar-track">
        <span class="bar-fill" />
      </span>
    </div>
  );
  effect(() => {
    const share = Math.min(1, Math.max(0, props.value() / 100 || 0));
    bar.style.setProperty("--share", share.toFixed(3));
  });
  return node;
}
