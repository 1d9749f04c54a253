/** The path of a line of samples, for an SVG that is stretched to its place. */

const STEP = 2;
export const HEIGHT = 20;
/** The line keeps this distance from the edges, or half of its width would be cut off. */
const INSET = 1;
/** Rates below 1 KiB/s are no peaks. */
export const TOP_MIN = 1024;
/** How many samples a line of ticks has. */
export const SAMPLES = 60;

/** The box of a line of so many samples. */
export const viewBoxOf = (samples: number): string =>
  `0 0 ${Math.max(1, samples - 1) * STEP} ${HEIGHT}`;
export const VIEW_BOX = viewBoxOf(SAMPLES);

export const xOf = (index: number): number => index * STEP;

/** How far below the top of the line's place a value is. */
export function heightOf(value: number, top: number): number {
  const scale = (HEIGHT - 2 * INSET) / top;
  return Math.round((HEIGHT - INSET - Math.min(value, top) * scale) * 10) / 10;
}

/** The points of each unbroken run of known samples; without `top`, the largest is at the top. */
export function runsOf(series: Float32Array, top?: number): string[][] {
  const highest = top ?? Math.max(TOP_MIN, ...series.filter((value) => !Number.isNaN(value)));
  const found: string[][] = [];
  let run: string[] | null = null;
  for (let index = 0; index < series.length; index++) {
    const value = series[index]!;
    if (Number.isNaN(value)) {
      run = null;
      continue;
    }
    if (!run) found.push((run = []));
    run.push(`${xOf(index)},${heightOf(value, highest)}`);
  }
  // A single sample is a dot: a line without a length is drawn by its round caps.
  for (const each of found) if (each.length === 1) each.push(each[0]!);
  return found;
}

export const lineOf = (runs: readonly string[][]): string =>
  runs.map((run) => `M${run.join("L")}`).join("");

export const areaBelow = (runs: readonly string[][]): string =>
  runs
    .map((run) => `M${run[0]!.split(",")[0]},${HEIGHT}L${run.join("L")}V${HEIGHT}Z`)
    .join("");
