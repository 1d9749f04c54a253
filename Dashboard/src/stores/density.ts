/** How close together the rows of all tables stand. */
import { effect, signal } from "rx";

export const DENSITIES = ["compact", "normal", "roomy"] as const;
export type Density = (typeof DENSITIES)[number];

/** The heights of a row in pixels, as the style sheet has them. */
export const ROW_HEIGHTS: Record<Density, number> = { compact: 28, normal: 32, roomy: 40 };

const [density, setDensity] = signal<Density>("normal");
export { density, setDensity };

export function startDensity(): void {
  effect(() => {
    document.documentElement.dataset["density"] = density();
  });
}
