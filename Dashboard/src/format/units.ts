/**
 * Figures as people read them: at most three digits and a unit, never a jumping width. NaN and
 * null are unknown and read "–". Intl's formatters are made once: making one costs more than
 * formatting a whole table.
 */

export const UNKNOWN = "–";

const LOCALE = "en";
const decimals = [0, 1, 2].map(
  (digits) =>
    new Intl.NumberFormat(LOCALE, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      useGrouping: false,
    }),
);
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "long" });
const IEC = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
/** A narrow space that doesn't break. */
const SPACE = "\u202f";

const fixed = (value: number, digits: 0 | 1 | 2): string => decimals[digits]!.format(value);
const isUnknown = (value: number | null | undefined): value is null | undefined =>
  value == null || Number.isNaN(value);

/** One digit after the point below 10, none above. */
const short = (value: number): string => fixed(value, value < 9.95 ? 1 : 0);

/** The power of 1024 with which `bytes` has at most three digits before the point. */
function power(bytes: number): number {
  let exponent = 0;
  for (let rest = bytes; rest >= 999.5 && exponent < IEC.length - 1; rest /= 1024) exponent++;
  return exponent;
}

/** "512 B", "4.1 GiB", "16 GiB". */
export function bytes(value: number | null): string {
  if (isUnknown(value)) return UNKNOWN;
  const exponent = power(value);
  const scaled = value / 1024 ** exponent;
  return `${exponent === 0 ? fixed(scaled, 0) : short(scaled)}${SPACE}${IEC[exponent]}`;
}

/** "4.1 of 16 GiB": both in the unit of the whole. */
export function usage(used: number | null, total: number | null): string {
  if (isUnknown(used) || isUnknown(total)) return isUnknown(used) ? UNKNOWN : bytes(used);
  const unit = 1024 ** power(total);
  const part = unit === 1 ? fixed(used, 0) : short(used / unit);
  return `${part} of ${bytes(total)}`;
}

/** "1.2 MiB/s". */
export const rate = (value: number | null): string =>
  isUnknown(value) ? UNKNOWN : `${bytes(value)}/s`;

/** "4.3 %", "63 %". */
export const percent = (value: number | null): string =>
  isUnknown(value) ? UNKNOWN : `${short(value)}${SPACE}%`;

/** "54 °C". */
export const celsius = (value: number | null): string =>
  isUnknown(value) ? UNKNOWN : `${fixed(value, 0)}${SPACE}°C`;

/** "0.42". */
export const load = (value: number | null): string =>
  isUnknown(value) ? UNKNOWN : fixed(value, value < 99.995 ? 2 : 0);

/** "0.42 0.51 0.48": of the last 1, 5 and 15 minutes. */
export const loads = (values: readonly number[]): string =>
  values.every(isUnknown) ? UNKNOWN : values.map(load).join(" ");

/** A whole number of things. */
export const count = (value: number | null): string =>
  isUnknown(value) ? UNKNOWN : fixed(value, 0);

/** "1 core", "4 cores", "1.5 cores". */
export const cores = (value: number | null): string => {
  if (isUnknown(value)) return UNKNOWN;
  return value === 1 ? "1 core" : `${fixed(value, Number.isInteger(value) ? 0 : 1)} cores`;
};

const grouped = new Intl.NumberFormat(LOCALE);

/** "5,000": how many there are of something. */
export const total = (value: number): string => grouped.format(value);

/** The share of a part in percent; NaN where there is no whole. */
export const share = (part: number | null, whole: number | null): number =>
  isUnknown(part) || isUnknown(whole) || whole <= 0 ? NaN : (part / whole) * 100;

/** "63 % · 4.1 of 16 GiB"; without a share, as much of it as is known. */
export function shareAndUsage(used: number | null, total: number | null): string {
  const part = share(used, total);
  return isUnknown(part) ? usage(used, total) : `${percent(part)} · ${usage(used, total)}`;
}

const SPANS = [
  [1000, "s"],
  [60_000, "min"],
  [3_600_000, "h"],
  [86_400_000, "d"],
] as const;

const whole = (milliseconds: number, [unit, word]: (typeof SPANS)[number]): string =>
  `${fixed(Math.floor(milliseconds / unit), 0)}${SPACE}${word}`;

/** Which span a time is counted in: the largest that it reaches. */
const spanOf = (milliseconds: number): number =>
  Math.max(0, SPANS.findLastIndex(([unit]) => milliseconds >= unit));

/** "14 s", "3 min", "2 h", "5 d": how old something is, in one unit, rounded down. */
export const age = (milliseconds: number): string =>
  isUnknown(milliseconds) ? UNKNOWN : whole(milliseconds, SPANS[spanOf(milliseconds)]!);

/** "14 s ago". */
export const ago = (milliseconds: number): string =>
  isUnknown(milliseconds) ? UNKNOWN : `${age(milliseconds)} ago`;

/** "9 d 4 h", "14 h 17 min", "51 min": how long something lasts, down to minutes. */
export function duration(milliseconds: number): string {
  const span = isUnknown(milliseconds) ? 0 : spanOf(milliseconds);
  if (span < 2) return age(milliseconds);
  const rest = milliseconds % SPANS[span]![0];
  return `${whole(milliseconds, SPANS[span]!)} ${whole(rest, SPANS[span - 1]!)}`;
}

/** A moment in full, with its time zone. */
export const absolute = (milliseconds: number | null): string =>
  isUnknown(milliseconds) ? UNKNOWN : moment.format(milliseconds);
