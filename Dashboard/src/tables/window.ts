/**
 * Which rows of a long table exist. A few slots are used again and again: slot `s` shows the
 * position that is `s` modulo their number, so that scrolling by a row rewrites one slot only.
 */

export interface View {
  /** How far the top of the window is below the top of the rows, in pixels; negative above. */
  offset: number;
  /** The height of the window, and of a row. */
  height: number;
  row: number;
}

/** Rows that exist beyond each edge, so that a slow scroll shows no gap. */
export const SPARE = 4;

/** How many slots fill a window of any offset. */
export const slotsNeeded = ({ height, row }: Omit<View, "offset">): number =>
  Math.ceil(height / row) + 1 + 2 * SPARE;

/** The first position that has a slot. */
export function firstPosition({ offset, row }: View, slots: number, count: number): number {
  const wanted = Math.floor(offset / row) - SPARE;
  return Math.max(0, Math.min(wanted, count - slots));
}

/** The position that a slot shows; -1 when there are fewer rows than slots. */
export function positionOf(slot: number, first: number, slots: number, count: number): number {
  const ahead = (((slot - first) % slots) + slots) % slots;
  const position = first + ahead;
  return position < count ? position : -1;
}
