/** How long ago something was; the exact moment on pointing at it. */
import type { Child, Get } from "rx";
import { absolute, ago } from "../format/units";
import { ageOf } from "../stores/session";

export function Age(props: { since: Get<number>; field: string; late?: Get<boolean> }): Child {
  return (
    <span
      class="age"
      data-field={props.field}
      data-late={() => props.late?.() ?? false}
      onPointerenter={(event) => {
        (event.currentTarget as HTMLElement).title = absolute(props.since());
      }}
    >
      {() => ago(ageOf(props.since()))}
    </span>
  );
}
