/** The time, for ages: ticks once a second while somebody looks. */
import { type Get, signal } from "rx";

const [now, setNow] = signal(Date.now());

/** Milliseconds since 1970, by the local clock, a second old at most. */
export { now };

export function startClock(): void {
  const tick = () => document.hidden || setNow(Date.now());
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}

const CALM = 10_000;

/** Follows a value, but at most every 10 s: what a screen reader may be told again. */
export function calmly<T>(value: Get<T>): Get<T> {
  let shown: T;
  let at = -Infinity;
  return () => {
    const current = value();
    if (Date.now() - at < CALM) return shown;
    at = Date.now();
    return (shown = current);
  };
}
