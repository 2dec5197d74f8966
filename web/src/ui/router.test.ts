import { expect, test } from "vitest";
import { chatPlace, parsePlace, writePlace } from "./router";

test("a place survives being written and read", () => {
  const segments = ["chat", "!a/b:x.org", "$ev?e#nt"];
  const query = { side: "info", q: "да & нет" };
  expect(parsePlace(writePlace(segments, query))).toEqual({ segments, query });
});

test("sigils stay readable", () => {
  expect(chatPlace("!abc:example.org")).toBe("#/chat/!abc:example.org");
});

test("a broken escape is taken as it is", () => {
  expect(parsePlace("#/chat/%E0%A4%A").segments).toEqual(["chat", "%E0%A4%A"]);
});
