/** One figure in a cell; a dash where it isn't known, and why on pointing at it. */
import type { Child, Get } from "rx";
import { UNKNOWN } from "../format/units";

interface Props {
  field: string;
  text: Get<string>;
  /** Why the figure may be missing. */
  unknown?: string;
  level?: Get<string>;
}

export function Figure(props: Props): Child {
  return (
    <span
      class="figure"
      data-field={props.field}
      data-level={props.level}
      title={() => (props.text() === UNKNOWN ? props.unknown : null)}
    >
      {props.text}
    </span>
  );
}
