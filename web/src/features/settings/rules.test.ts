import { expect, test } from "vitest";
import { isLoud, keywordsOf } from "./rules";

const global = (content: unknown[], underride: unknown[] = []) => ({
  global: { content, underride },
});

test("keywords are the rules of one's own, not the server's", () => {
  const rules = global([
    { rule_id: ".m.rule.contains_user_name", pattern: "anna", enabled: true },
    { rule_id: "report", pattern: "report", enabled: true },
    { rule_id: "off", pattern: "off", enabled: false },
    "broken",
  ]);
  expect(keywordsOf(rules)).toEqual(["report"]);
  expect(keywordsOf({ global: [] })).toEqual([]);
  expect(keywordsOf(null)).toEqual([]);
});

test("groups ring until the server's rule is turned off", () => {
  expect(isLoud(undefined)).toBe(true);
  expect(isLoud(global([], [{ rule_id: ".m.rule.message", enabled: false }]))).toBe(false);
});
