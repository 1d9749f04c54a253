import { expect, test } from "bun:test";
import { withParameters } from "../src/stores/address";

test("parameters are set and taken out, and the others stay", () => {
  expect(withParameters("?q=old&other=1", { q: null, sort: "-cpu" })).toBe("?other=1&sort=-cpu");
  expect(withParameters("?q=old", { q: null })).toBe("");
});

test("an address can be read: only what must be escaped is", () => {
  expect(withParameters("", { open: "guest:lab/100" })).toBe("?open=guest:lab/100");
  const escaped = "?open=host:a%26b%3Dc+d%23%C3%A9%25";
  expect(withParameters("", { open: "host:a&b=c d#é%" })).toBe(escaped);
});

test("a parameter without a value stays without one", () => {
  expect(withParameters("?kiosk", { q: "a=" })).toBe("?kiosk&q=a%3D");
  expect(withParameters("?q=a&kiosk", { q: "b" })).toBe("?q=b&kiosk");
});

test("what is set can be read again", () => {
  const hostile = "guest:a/b?c&d=%2F#\u202e🔥";
  expect(new URLSearchParams(withParameters("", { open: hostile })).get("open")).toBe(hostile);
});
