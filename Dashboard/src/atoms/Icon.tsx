/** Our own icons: 16 px, one stroke, in the colour of the text. */
import type { Child } from "rx";

const SHAPES = {
  pulse: "M1 8.5h3l1.8-5 3.4 9 2-5 .8 1h3",
  sun:
    "M8 5a3 3 0 1 1 0 6a3 3 0 1 1 0-6M8 1v1.5m0 11V15" +
    "M1 8h1.5m11 0H15M3 3l1 1m8 8l1 1M3 13l1-1m8-8l1-1",
  moon: "M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9M10.3 10.3L14 14",
  cross: "M3.5 3.5l9 9m0-9l-9 9",
  chevron: "M4 6l4 4 4-4",
} as const;

type IconName = keyof typeof SHAPES;
export const ICONS = Object.keys(SHAPES) as IconName[];

export function Icon(props: { name: IconName }): Child {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[props.name]} />
    </svg>
  );
}
