import { expect, test } from "vitest";
import { unshared } from "./unshared";

test("one list in two places becomes two", () => {
  const none: string[] = [];
  const row = { spaces: none, folders: none, deep: [{ typing: none }] };
  const copy = unshared(structuredClone(row));
  copy.spaces.push("!a");
  expect(copy).toEqual({ spaces: ["!a"], folders: [], deep: [{ typing: [] }] });
});

test("bytes and what is no record stay themselves", () => {
  const bytes = new Uint8Array([1, 2]);
  expect(unshared({ bytes, nothing: null, text: "a" })).toEqual({
    bytes,
    nothing: null,
    text: "a",
  });
  expect(unshared(bytes)).toBe(bytes);
});
