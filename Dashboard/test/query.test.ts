import { expect, test } from "bun:test";
import { asks, matches, parseQuery, toggle } from "../src/stores/query";

const KEYS = new Set(["type", "status", "tag"]);
const row = (text: string, fields: Record<string, string[]> = {}) => ({
  text, field: (key: string) => fields[key] ?? null,
});
const finds = (query: string, text: string, fields?: Record<string, string[]>) =>
  matches(parseQuery(query, KEYS), row(text, fields));

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
