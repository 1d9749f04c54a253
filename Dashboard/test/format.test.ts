import { expect, test } from "bun:test";
import { LIMITS, levelOf } from "../src/format/levels";
import {
  absolute, age, ago, bytes, celsius, count, duration, load, loads, percent, rate, share, usage,
} from "../src/format/units";

/** A table of inputs and what people read, with plain spaces for the narrow ones. */
const reads = <T>(format: (value: T) => string, rows: [T, string][]) => {
  for (const [value, text] of rows) expect(format(value).replaceAll("\u202f", " ")).toBe(text);
};
const KIB = 1024;
const GIB = KIB ** 3;

test("bytes have at most three digits, and one after the point below ten", () =>
  reads(bytes, [
    [0, "0 B"], [999, "999 B"], [1000, "1.0 KiB"], [1023, "1.0 KiB"], [1024, "1.0 KiB"],
    [9.94 * KIB, "9.9 KiB"], [9.96 * KIB, "10 KiB"], [999 * KIB, "999 KiB"],
    [999.6 * KIB, "1.0 MiB"], [4.1 * GIB, "4.1 GiB"], [16 * GIB, "16 GiB"],
    [2 ** 60, "1.0 EiB"], [2 ** 80, "1048576 EiB"],
  ]));

test("usage is read in the unit of the whole", () => {
  reads(([used, total]) => usage(used, total), [
    [[4.1 * GIB, 16 * GIB], "4.1 of 16 GiB"],
    [[0, 16 * GIB], "0.0 of 16 GiB"],
    [[100 * KIB, 512 * KIB], "100 of 512 KiB"],
    [[3, 100], "3 of 100 B"],
    [[NaN, 16 * GIB], "–"],
    [[4.1 * GIB, NaN], "4.1 GiB"],
  ] as [[number, number], string][]);
});

test("the unknown is a dash everywhere, and never zero", () => {
  for (const format of [bytes, rate, percent, celsius, load, count, age, ago, duration, absolute]) {
    expect(format(NaN)).toBe("–");
    expect(format(null as never)).toBe("–");
  }
  expect(share(1, 0)).toBe(NaN);
  expect(share(null, 5)).toBe(NaN);
});

test("percentages, rates, loads, temperatures", () => {
  reads(percent, [[0, "0.0 %"], [9.9, "9.9 %"], [9.96, "10 %"], [63.4, "63 %"], [100, "100 %"]]);
  reads(rate, [[0, "0 B/s"], [1_258_291, "1.2 MiB/s"]]);
  reads(load, [[0.42, "0.42"], [12.345, "12.35"], [123.4, "123"]]);
  reads(loads, [[[0.42, 0.5, 12], "0.42 0.50 12.00"], [[0.42, NaN, 1], "0.42 – 1.00"]]);
  // As any other fact that isn't known, which is left out.
  reads(loads, [[[NaN, NaN, NaN], "–"]]);
  reads(celsius, [[54.4, "54 °C"], [-3, "-3 °C"]]);
});

test("ages round down to one unit, durations to minutes", () => {
  const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
  reads(age, [
    [0, "0 s"], [999, "0 s"], [14_900, "14 s"], [59_999, "59 s"], [MINUTE, "1 min"],
    [HOUR - 1, "59 min"], [HOUR, "1 h"], [DAY, "1 d"], [400 * DAY, "400 d"],
  ]);
  reads(ago, [[14_000, "14 s ago"]]);
  reads(duration, [
    [5000, "5 s"], [200_000, "3 min"], [14 * HOUR + 17 * MINUTE, "14 h 17 min"],
    [9 * DAY + 4 * HOUR, "9 d 4 h"], [9 * DAY, "9 d 0 h"],
  ]);
});

test("a level begins at its limit, is critical ten points above, and at 99 at the latest", () => {
  const levels = (limit: keyof typeof LIMITS, ...values: number[]) =>
    values.map((value) => levelOf(value, LIMITS[limit]));
  expect(levels("cpu", 79.9, 80, 89.9, 90)).toEqual(["ok", "warn", "warn", "crit"]);
  expect(levels("disk", 89, 90, 98.9, 99)).toEqual(["ok", "warn", "warn", "crit"]);
  expect(levels("memory", NaN, 0)).toEqual(["unknown", "ok"]);
});
