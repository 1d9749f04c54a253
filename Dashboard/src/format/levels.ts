/**
 * From which value on a figure asks for attention: the server's limits, for the colour of a bar
 * that stands beside the figure. What is wrong the server says itself, and since when: it waits
 * five seconds before it does, and until a figure is five below its limit before it takes it back.
 */

export type Level = "ok" | "warn" | "crit" | "unknown";

/** A warning from `warn` on, critical from ten points more on, and from 99 at the latest. */
export interface Limits {
  warn: number;
}

/** The defaults, in percent and degrees Celsius. */
export const LIMITS = {
  cpu: { warn: 80 },
  memory: { warn: 85 },
  disk: { warn: 90 },
  storage: { warn: 85 },
  temperature: { warn: 80 },
} as const satisfies Record<string, Limits>;

const CRITICAL_ABOVE_WARNING = 10;
const CRITICAL_MAX = 99;

export const criticalOf = ({ warn }: Limits): number =>
  Math.min(warn + CRITICAL_ABOVE_WARNING, CRITICAL_MAX);

export function levelOf(value: number | null, limits: Limits): Level {
  if (value === null || Number.isNaN(value)) return "unknown";
  if (value >= criticalOf(limits)) return "crit";
  return value >= limits.warn ? "warn" : "ok";
}
