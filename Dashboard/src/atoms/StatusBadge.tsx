/** A state in a shape and a word; the colour comes on top. */
import type { Child, Get } from "rx";

export type Status = "online" | "offline" | "unknown";

export function StatusBadge(props: { status: Get<Status> }): Child {
  return (
    <span class="badge" data-status={props.status}>
      <svg class="badge-mark" viewBox="0 0 10 10" aria-hidden="true">
        <path class="badge-on" d="M5 1a4 4 0 1 1 0 8a4 4 0 1 1 0-8" />
        <path class="badge-off" d="M1.5 1.5l7 7m0-7l-7 7" />
      </svg>
      <span data-field="status">{props.status}</span>
    </span>
  );
}
