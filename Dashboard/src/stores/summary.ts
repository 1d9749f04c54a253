/** What the server says of the fleet as a whole. */
import { memo } from "rx";
import type { SummaryFacts, SummaryFigure } from "./fleet";
import { summary } from "./session";

const row = memo(() => summary.slots()[0] ?? -1);

/** How many there are of something; none before the server has told. */
export const counted = (name: SummaryFigure): number =>
  row() < 0 ? 0 : summary.figure(row(), name) || 0;

/** The ten worst problems, worst first. */
export const worstProblems = (): SummaryFacts["worst"] =>
  (row() < 0 ? null : summary.fact(row(), "worst")) ?? [];
