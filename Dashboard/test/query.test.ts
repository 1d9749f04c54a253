import { expect, test } from "bun:test";
import { readQuantity } from "../src/stores/quantity";
import {
  type Fields, asks, asksWord, hintFor, matches, parseQuery, toggle, toggleWord,
} from "../src/stores/query";

const FIELDS: Fields = {
  keys: new Set(["type", "status", "tag"]),
  figures: new Map([["cpu", "percent"], ["mem", "percent"], ["net", "bytes"], ["uptime", "time"]]),
};
const row = (text: string, fields: Record<string, string[]> = {}, figures = {}) => ({
  text,
  field: (key: string) => fields[key] ?? null,
  figure: (key: string, kind: string) =>
    (figures as Record<string, number>)[`${key} ${kind}`] ?? NaN,
});
const finds = (query: string, text: string, fields?: Record<string, string[]>) =>
  matches(parseQuery(query, FIELDS), row(text, fields));
const FIGURES = {
  "cpu percent": 80, "mem percent": 50, "mem bytes": 4 * 2 ** 30, "net bytes": 2 ** 20,
  "uptime time": 86_400_000,
};
const compares = (query: string) => matches(parseQuery(query, FIELDS), row("web", {}, FIGURES));

test("every word must be found, anywhere, in any case", () => {
  expect(finds("", "web-01 pve1")).toBe(true);
  expect(finds("  WEB   pve1 ", "web-01 pve1")).toBe(true);
  expect(finds("web pve2", "web-01 pve1")).toBe(false);
});

test("a word after a minus must not be found; a minus alone asks for nothing", () => {
  expect(finds("web -pve1", "web-01 pve1")).toBe(false);
  expect(finds("web -pve2", "web-01 pve1")).toBe(true);
  expect(finds("web -", "web-01 pve1")).toBe(true);
});

test("a key asks for one field, and any of its values will do", () => {
  const fields = { type: ["qemu", "vm"], tag: ["prod", "web"] };
  expect(finds("type:vm", "db", fields)).toBe(true);
  expect(finds("type:ct", "db", fields)).toBe(false);
  expect(finds("type:ct,vm tag:pro", "db", fields)).toBe(true);
  expect(finds("-tag:prod", "db", fields)).toBe(false);
  expect(finds("status:running", "running", fields)).toBe(false);
});

test("a value behind a = is the whole word, and without one asks for nothing", () => {
  const fields = { tag: ["pve10", "prod"], type: ["vm"] };
  expect(finds("tag:pve1", "db", fields)).toBe(true);
  expect(finds("tag:=pve1", "db", fields)).toBe(false);
  expect(finds("tag:=PVE10", "db", fields)).toBe(true);
  expect(finds("tag:=pve1,=prod", "db", fields)).toBe(true);
  expect(finds("-tag:=pve1", "db", fields)).toBe(true);
  expect(finds("tag:=", "db", fields)).toBe(true);
  expect(finds("=db", "db", fields)).toBe(false);
});

test("a key that is unknown is a free word, one without a value asks for nothing", () => {
  expect(finds("host:1", "host:1 a")).toBe(true);
  expect(finds("type:", "anything")).toBe(true);
  expect(finds("type:,", "anything")).toBe(true);
});

test("a chip puts its term in, adds to one, and takes it out again", () => {
  const one = toggle("web -db", "type", "vm");
  expect(one).toBe("web -db type:vm");
  expect(asks(one, "type", "vm")).toBe(true);
  const two = toggle(one, "type", "ct");
  expect(two).toBe("web -db type:vm,ct");
  expect(toggle(toggle(two, "type", "vm"), "type", "ct")).toBe("web -db");
  expect(asks("web", "type", "vm")).toBe(false);
});

test("a figure is compared, in percent or by its size; one that is unknown fits nothing", () => {
  const right = [
    "cpu>79", "cpu>=80", "cpu<=80", "cpu<81", "cpu=80", "cpu>79.9", "cpu>79%", "-cpu>80",
    "mem>=4g", "mem<4.1GiB", "mem>3900M", "net>=1M", "net<2m", "net>1000k", "uptime>=1d",
    "uptime>23", "uptime<1w", "uptime>1439min", "web cpu>79 mem<51",
  ];
  const wrong = ["cpu>80", "cpu<80", "mem>4G", "mem>50", "net>1M", "uptime>1d", "-cpu=80", "x cpu=80"];
  expect(right.filter((query) => !compares(query))).toEqual([]);
  expect(wrong.filter(compares)).toEqual([]);
  const unknown = (query: string) => matches(parseQuery(query, FIELDS), row("web"));
  expect(["cpu>0", "cpu<100", "cpu=0", "cpu>=0"].filter(unknown)).toEqual([]);
});

test("quotes keep blanks together", () => {
  expect(finds('"web server" db', "the web server of db")).toBe(true);
  expect(finds('"web server"', "server web")).toBe(false);
  expect(finds('-"web server"', "server web")).toBe(true);
  expect(finds('tag:"two words"', "", { tag: ["has two words"] })).toBe(true);
  expect(finds('"not closed', "not closed yet")).toBe(true);
  expect(finds('a"b"c', 'has a"b"c in it')).toBe(true);
  expect(toggle('"web server" type:vm', "type", "ct")).toBe('"web server" type:vm,ct');
});

test("while it is being typed a comparison asks for nothing, and nonsense says so", () => {
  expect(parseQuery("cpu>", FIELDS)).toEqual([]);
  expect(parseQuery("cpu>high", FIELDS)).toEqual([]);
  expect(hintFor("web cpu> -cpu>80 tag:x net>1M", FIELDS)).toBe(null);
  expect(hintFor("cpu>high", FIELDS)).toContain("high");
  expect(hintFor("uptime>3x", FIELDS)).toContain("uptime");
  expect(hintFor("nod:pve1", FIELDS)).toContain("no field “nod”");
  expect(hintFor("-ram>80", FIELDS)).toContain("no field “ram”");
  expect(hintFor("10:30 a->b", FIELDS)).toBe(null);
  // A field that is there is not denied: it is only asked for in another way.
  expect(hintFor("cpu:80", FIELDS)).toContain("“cpu” is compared");
  expect(hintFor("tag>5", FIELDS)).toContain("“tag” takes a colon");
});

test("a quantity needs a number, and a unit of its kind", () => {
  const wrong = ["", "x", "1x", "-1", "1e3", "1..2", "5d", "."];
  expect(wrong.filter((text) => readQuantity(text, "bytes"))).toEqual([]);
  expect(readQuantity("5g", "time")).toBe(null);
  expect(readQuantity(".5", "percent")).toEqual({ kind: "percent", value: 0.5 });
  expect(readQuantity("1mib", "bytes")).toEqual({ kind: "bytes", value: 2 ** 20 });
});

test("a chip of a comparison puts it in and takes it out", () => {
  expect(toggleWord("web", "cpu>80")).toBe("web cpu>80");
  expect(asksWord("web cpu>80", "cpu>80")).toBe(true);
  expect(toggleWord("cpu>80 web", "cpu>80")).toBe("web");
});
