import { expect, test } from "vitest";
import { seenBy, stepsFor } from "./data";

const ids = (...ask: Parameters<typeof stepsFor>) => stepsFor(...ask).map(({ id }) => id);

test("it is due until it was seen, and not before that is known", () => {
  expect(ids(undefined, ["manager"])).toEqual([]);
  expect(ids(null, [])).toEqual(["people", "jump", "write", "encryption"]);
  expect(ids({}, [])).toEqual(ids(null, []));
  expect(ids(seenBy(null, []), [])).toEqual([]);
});

test("a role adds its own, also for who saw the tour before", () => {
  expect(ids(null, ["manager"]).slice(0, 4)).toEqual(ids(null, []));
  expect(ids({ seen: true }, ["manager"])).toEqual(["requests", "units"]);
  expect(ids({ seen: true, roles: "?" }, ["administrator"])).toEqual(["console", "tree"]);
  const seen = seenBy({ seen: true, roles: ["manager"] }, ["administrator"]);
  expect(ids(seen, ["manager", "administrator"])).toEqual([]);
});

test("it is short", () => {
  expect(stepsFor(null, []).length).toBeLessThanOrEqual(5);
  expect(stepsFor(null, ["manager", "administrator"]).length).toBeLessThanOrEqual(8);
});
