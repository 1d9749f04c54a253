/** A state in a shape and a word; the colour comes on top. */
import type { Child, Get } from "rx";

/** A dot is well, a cross is not, a ring is neither. */
type Mark = "on" | "off" | "idle";

export const markOf = (status: string): Mark =>
  status === "online" || status === "running"
    ? "on"
    : status === "offline" || status === "unknown" || status === "failing" ? "off" : "idle";

export function StatusBadge(props: { status?: Get<string> }): Child {
  return (
    <span class="badge" data-mark={() => (props.status ? markOf(props.status()) : null)}>
      <svg class="badge-mark" viewBox="0 0 10 10" aria-hidden="true">
        <path class="badge-on" d="M5 1a4 4 0 1 1 0 8a4 4 0 1 1 0-8" />
        <path class="badge-off" d="M1.5 1.5l7 7m0-7l-7 7" />
        <path class="badge-idle" d="M5 1.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 1 1 0-7" />
      </svg>
      <span data-field="status">{props.status}</span>
    </span>
  );
}
