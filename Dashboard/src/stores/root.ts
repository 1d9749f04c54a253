/**
 * The page's own address: where this program's folder lies, below any prefix that a proxy puts in
 * front, and whatever the address of the page has behind it.
 */
export const root = new URL("../", import.meta.url);
