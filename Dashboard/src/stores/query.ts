/**
 * What is typed into a filter: words that must all be found in a row, `-word` that must not,
 * `key:value,value` for one field, and `cpu>80` for a figure. `key:=value` wants all of the field's
 * word; quotes keep blanks together. Case is ignored.
 */
import { type Quantity, readQuantity } from "./quantity";

/** What a filter can ask of a row. */
export interface Fields {
  keys: ReadonlySet<string>;
  /** The figures, and what a number without a unit means. */
  figures: ReadonlyMap<string, Quantity["kind"]>;
}

/** A row that a filter looks at; its words are in lower case. */
export interface Searchable {
  /** Where free words are looked for. */
  text: string;
  /** The words of one key; null where the row has no such field. */
  field(key: string): readonly string[] | null;
  /** A figure as a quantity of this kind; NaN where it is unknown. */
  figure(key: string, kind: Quantity["kind"]): number;
}

type Comparison = ">" | ">=" | "<" | "<=" | "=";

export interface Term {
  negative: boolean;
  /** Empty for a free word. */
  key: string;
  /** Any of them will do; behind a `=` as a whole. */
  values: string[];
  /** For a figure: what it is compared with. */
  limit?: { comparison: Comparison; quantity: Quantity };
}

/** The words as they were typed, quotes and all. */
const typed = (query: string): string[] => query.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];

const COMPARED = /^([a-z]+)(>=|<=|>|<|=)(.*)$/;

/** One word understood; null where it asks for nothing yet, and text where it can't be. */
function parseWord(word: string, { keys, figures }: Fields): Term | string | null {
  const negative = word.startsWith("-");
  const raw = negative ? word.slice(1) : word;
  const rest = raw.replaceAll('"', "");
  if (rest === "") return null;
  const compared = COMPARED.exec(rest);
  const kind = compared && figures.get(compared[1]!);
  if (kind) {
    const [, key, comparison, number] = compared;
    if (number === "") return null;
    const quantity = readQuantity(number!, kind);
    if (!quantity) return `“${number}” is nothing that ${key} could be compared with.`;
    const limit = { comparison: comparison as Comparison, quantity };
    return { negative, key: key!, values: [], limit };
  }
  const colon = rest.indexOf(":");
  const key = keys.has(rest.slice(0, colon)) ? rest.slice(0, colon) : "";
  // A name may have quotes in it.
  if (key === "") return { negative, key, values: rest === raw ? [rest] : [rest, raw] };
  // While `type:` or `type:=` is being typed it asks for nothing yet.
  const values = rest.slice(colon + 1).split(",").filter((value) => value !== "" && value !== "=");
  return values.length > 0 ? { negative, key, values } : null;
}

export const parseQuery = (query: string, fields: Fields): Term[] =>
  typed(query.toLowerCase())
    .map((word) => parseWord(word, fields))
    .filter((term) => term !== null && typeof term !== "string");

/** What of a query can't be meant as it stands, in words; null when all is well. */
export function hintFor(query: string, fields: Fields): string | null {
  for (const word of typed(query.toLowerCase())) {
    const term = parseWord(word, fields);
    if (typeof term === "string") return term;
    const field = /^-?([a-z]+)(?::|[<>]=?)/.exec(word)?.[1];
    if (!field || term === null || term.key !== "") continue;
    const asWord = `so “${word}” is looked for as a word.`;
    if (fields.figures.has(field)) return `“${field}” is compared, as in ${field}>1, ${asWord}`;
    if (fields.keys.has(field)) return `“${field}” takes a colon, as in ${field}:web, ${asWord}`;
    const all = [...fields.keys, ...fields.figures.keys()].join(", ");
    return `There is no field “${field}”, ${asWord} Fields: ${all}.`;
  }
  return null;
}

const fits = (word: string, value: string): boolean =>
  value.startsWith("=") ? word === value.slice(1) : word.includes(value);

function compares(value: number, comparison: Comparison, limit: number): boolean {
  if (comparison === "=") return Math.round(value) === Math.round(limit);
  const isAbove = comparison.startsWith(">") ? value > limit : value < limit;
  return isAbove || (comparison.length === 2 && value === limit);
}

export function matches(terms: readonly Term[], row: Searchable): boolean {
  return terms.every(({ negative, key, values, limit }) => {
    const found = limit
      ? compares(row.figure(key, limit.quantity.kind), limit.comparison, limit.quantity.value)
      : key === ""
        ? values.some((value) => row.text.includes(value))
        : values.some((value) => row.field(key)?.some((word) => fits(word, value)));
    return found !== negative;
  });
}

/** The values that a query asks for with `key:`, or none. */
function asked(query: string, key: string): string[] {
  const word = typed(query).find((each) => each.toLowerCase().startsWith(`${key}:`));
  return word?.slice(key.length + 1).toLowerCase().split(",").filter(Boolean) ?? [];
}

export const asks = (query: string, key: string, value: string): boolean =>
  asked(query, key).includes(value);

/** The query with `key:value` put in or taken out, and the rest as it was typed. */
export function toggle(query: string, key: string, value: string): string {
  const before = asked(query, key);
  const after = before.includes(value)
    ? before.filter((each) => each !== value)
    : [...before, value];
  const rest = typed(query).filter((word) => !word.toLowerCase().startsWith(`${key}:`));
  return [...rest, ...(after.length ? [`${key}:${after.join(",")}`] : [])].join(" ");
}

export const asksWord = (query: string, word: string): boolean => typed(query).includes(word);

/** The same for a whole word, such as `cpu>80`. */
export function toggleWord(query: string, word: string): string {
  const all = typed(query);
  return (all.includes(word) ? all.filter((each) => each !== word) : [...all, word]).join(" ");
}
