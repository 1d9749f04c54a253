/** Which columns a table has room for. */
import type { Get } from "rx";
import { lineSpan } from "../stores/session";

export interface Column<Name extends string = string, By extends string = string> {
  name: Name;
  title: string | Get<string>;
  /** What a click on its head sorts by. */
  by?: By;
  /** The least width in pixels, and the part of what is left over. */
  width: number;
  grow?: number;
  /** The columns with the highest number go first when there is no room; 0 stays. */
  yields: number;
  /** Whether it says anything now. */
  when?: Get<boolean>;
}

/** Whether the viewer may choose a column now. */
export const isChoice = ({ yields, when }: Column): boolean => yields > 0 && (when?.() ?? true);

/** "CPU, 2 min": the head of lines. */
export const cpuLines = (): string => `CPU, ${lineSpan()}`;

const GAP = 12;
const PADDING = 32;

const widthOf = (columns: readonly Column[]): number =>
  columns.reduce((sum, { width }) => sum + width + GAP, PADDING - GAP);

/** Of the wanted columns those that fit, in their own order. */
export function fitting<C extends Column>(wanted: readonly C[], room: number): C[] {
  const kept = [...wanted];
  while (widthOf(kept) > room) {
    const last = kept.reduce((a, b) => (b.yields > a.yields ? b : a));
    if (last.yields === 0) break;
    kept.splice(kept.indexOf(last), 1);
  }
  return kept;
}

/** The columns as `grid-template-columns` has them. */
export const templateOf = (columns: readonly Column[]): string =>
  columns
    .map(({ width, grow }) => (grow ? `minmax(${width}px, ${grow}fr)` : `${width}px`))
    .join(" ");
