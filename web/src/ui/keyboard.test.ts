import { describe, expect, test } from "vitest";
import { isPress, keysOf, type Press } from "./keyboard";

const press = (more: Partial<Press>): Press => ({
  key: "",
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe("a press", () => {
  test("is known by its place in any layout", () => {
    expect(isPress("Mod+K", press({ key: "л", code: "KeyK", ctrlKey: true }), false)).toBe(true);
  });
  test("with one modifier too many is another", () => {
    const both = press({ key: "k", code: "KeyK", ctrlKey: true, shiftKey: true });
    expect(isPress("Mod+K", both, false)).toBe(false);
  });
  test("Command takes Ctrl's place on a Mac", () => {
    const command = press({ key: "k", code: "KeyK", metaKey: true });
    expect(isPress("Mod+K", command, true)).toBe(true);
    expect(isPress("Mod+K", command, false)).toBe(false);
  });
});

test("keys are named as they are printed", () => {
  expect(keysOf("Mod+Shift+ArrowUp", false)).toEqual(["Ctrl", "Shift", "↑"]);
  expect(keysOf("Mod+K", true)).toEqual(["⌘", "K"]);
});
