/** The order of a table as the address has it: `cpu`, and `-cpu` for the other way round. */
import type { Sort } from "./tableView";

export function parseSort<By extends string>(
  text: string | null, sorts: readonly By[], first: By,
): Sort<By> {
  const by = sorts.find((name) => name === text?.replace(/^-/, ""));
  return { by: by ?? first, descending: by !== undefined && text!.startsWith("-") };
}

/** What is as at first is left out. */
export const sortText = ({ by, descending }: Sort<string>, first: string): string | null =>
  by === first && !descending ? null : `${descending ? "-" : ""}${by}`;
