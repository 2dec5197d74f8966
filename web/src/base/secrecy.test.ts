import { expect, test } from "vitest";
import { forcedSecrecy } from "./secrecy";

const rules = { required: ["project", "direct"], off: ["public", "channel"] };

test.each([
  [{ kind: "direct", public: false }, true],
  [{ kind: "group", public: false }, undefined],
  [{ kind: "group", public: false, group: { kind: "basic" } }, undefined],
  [{ kind: "group", public: false, group: { kind: "project" } }, true],
  [{ kind: "group", public: true, group: { kind: "project" } }, false],
  [{ kind: "channel", public: false }, false],
  [{ kind: "space", public: false }, undefined],
] as const)("%o", (chat, forced) => {
  expect(forcedSecrecy(rules, chat)).toBe(forced);
});

test("without rules its maker chooses", () => {
  const none = { required: [], off: [] };
  expect(forcedSecrecy(none, { kind: "direct", public: false })).toBeUndefined();
});
