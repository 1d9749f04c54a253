/** A number as people type it into a filter: `80`, `4G`, `10M`, `30d`. */

/** Bytes are also bytes per second; a time is in milliseconds. */
export interface Quantity {
  kind: "percent" | "bytes" | "time";
  value: number;
}

/** What a letter multiplies by; the page counts bytes by powers of 1024 throughout. */
const BYTES: Readonly<Record<string, number>> = {
  b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50,
};
const TIMES: Readonly<Record<string, number>> = {
  s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000,
};

/**
 * `text` in lower case; `kind` is what a bare number means: percent, bytes, or for times hours. A
 * figure in percent is compared by its size when a unit of bytes is given; null is no quantity.
 */
export function readQuantity(text: string, kind: Quantity["kind"]): Quantity | null {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?|\.\d+)([a-z%]*)$/.exec(text) ?? [];
  if (number === undefined) return null;
  if (kind === "time") {
    const factor = TIMES[unit || "h"];
    return factor ? { kind, value: Number(number) * factor } : null;
  }
  if (kind === "percent" && (unit === "" || unit === "%")) return { kind, value: Number(number) };
  const factor = BYTES[unit.replace(/(?<=.)(i?b)?(\/s)?$/, "") || "b"];
  return factor ? { kind: "bytes", value: Number(number) * factor } : null;
}
