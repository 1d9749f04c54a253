/** What rows that are painted are made of, before anything is written into them. */
import type { Child } from "rx";
import { Icon } from "../atoms/Icon";
import { StatusBadge } from "../atoms/StatusBadge";
import { VIEW_BOX } from "../format/line";

function Bar({ field }: { field: string }): Child {
  return (
    <div class="bar" data-level="unknown">
      <span class="bar-text" data-field={field} />
      <span class="bar-track">
        <span class="bar-fill" />
      </span>
    </div>
  );
}

/** For the eye only: the cell beside it says the figure. */
function Line(): Child {
  return (
    <svg class="spark" viewBox={VIEW_BOX} preserveAspectRatio="none" aria-hidden="true">
      <path class="spark-line" d="" />
    </svg>
  );
}

/** How old figures are that are not live. */
const StaleAge = (): Child => <span class="stale-age" data-field="age" hidden />;

/** The cells that all have alike, in their order, and what some have below their bars. */
export const Measured = (below: { cpu?: Child; mem?: Child; disk?: Child }): Child => (
  <>
    <div class="cell-status" role="cell">
      <StatusBadge />
      <StaleAge />
    </div>
    <div class="cell-cpu measured" role="cell">
      <Bar field="cpu" />
      {below.cpu}
    </div>
    <div class="cell-trend measured" role="cell">
      <Line />
    </div>
    <div class="cell-mem measured" role="cell">
      <Bar field="mem" />
      {below.mem}
    </div>
    <div class="cell-disk measured" role="cell">
      <Bar field="disk" />
      {below.disk}
    </div>
  </>
);

/** The head of a group: shown in place of all other cells. */
export const GroupCell = (): Child => (
  <div class="group-cell" role="cell">
    <button type="button" class="group-toggle" aria-expanded="true">
      <Icon name="chevron" />
      <bdi data-field="group" />
    </button>{" "}
    <span class="sub" data-field="group-count" />
  </div>
);
