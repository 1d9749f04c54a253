/**
 * What is typed into a filter: words that must all be found in a row, `-word` that must not, and
 * `key:value,value` for one field; `key:=value` wants all of the field's word. Case is ignored.
 */

/** The fields of a row that a filter looks at, in lower case. */
export interface Searchable {
  /** Where free words are looked for. */
  text: string;
  /** The words of one key; null where the row has no such field. */
  field(key: string): readonly string[] | null;
}

interface Term {
  negative: boolean;
  /** Empty for a free word. */
  key: string;
  /** Any of them will do; behind a `=` as a whole. */
  values: string[];
}

export function parseQuery(query: string, keys: ReadonlySet<string>): Term[] {
  const terms: Term[] = [];
  for (const word of query.toLowerCase().split(/\s+/)) {
    const negative = word.startsWith("-");
    const rest = negative ? word.slice(1) : word;
    if (rest === "") continue;
    const colon = rest.indexOf(":");
    const key = keys.has(rest.slice(0, colon)) ? rest.slice(0, colon) : "";
    // While `type:` or `type:=` is being typed it asks for nothing yet.
    const values = key
      ? rest.slice(colon + 1).split(",").filter((value) => value !== "" && value !== "=")
      : [rest];
    if (values.length > 0) terms.push({ negative, key, values });
  }
  return terms;
}

const fits = (word: string, value: string): boolean =>
  value.startsWith("=") ? word === value.slice(1) : word.includes(value);

export function matches(terms: readonly Term[], row: Searchable): boolean {
  return terms.every(({ negative, key, values }) => {
    const found = key === ""
      ? row.text.includes(values[0]!)
      : values.some((value) => row.field(key)?.some((word) => fits(word, value)));
    return found !== negative;
  });
}

const words = (query: string): string[] => query.split(/\s+/).filter(Boolean);

/** The values that a query asks for with `key:`, or none. */
function asked(query: string, key: string): string[] {
  const word = words(query).find((each) => each.toLowerCase().startsWith(`${key}:`));
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
  const rest = words(query).filter((word) => !word.toLowerCase().startsWith(`${key}:`));
  return [...rest, ...(after.length ? [`${key}:${after.join(",")}`] : [])].join(" ");
}
