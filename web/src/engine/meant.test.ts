import { expect, test } from "vitest";
import { clearMentions, means, mentionedIn } from "./meant";
import { placesOf } from "./place";
import type { CardRecord, UnitRecord } from "./records";

const meant = { me: "@anna:a", units: new Set([1, 2]), groups: new Set(["press"]) };
const named = (what: unknown) => ({ "org.depesha.mentions": what });

test("one is meant by name, with all, by a unit and by a group", () => {
  expect(means({}, meant)).toBe(false);
  expect(means({ "m.mentions": { user_ids: ["@anna:a"] } }, meant)).toBe(true);
  expect(means({ "m.mentions": { room: true } }, meant)).toBe(true);
  expect(means(named({ units: [3, 2] }), meant)).toBe(true);
  expect(means(named({ units: [3] }), meant)).toBe(false);
  expect(means(named({ groups: ["press"] }), meant)).toBe(true);
  expect(means(named({ groups: ["Press"] }), meant)).toBe(false);
});

test("what the server does not understand means nobody here either", () => {
  const many = Array.from({ length: 21 }, (_, id) => id);
  for (const wrong of [null, [], { units: many }, { units: 1 }, { units: [1], groups: "x" }])
    expect(mentionedIn(named(wrong))).toEqual({ units: [], groups: [] });
  expect(mentionedIn(named({ units: ["1", 1.5, 1], groups: [1, "x"] }))).toEqual({
    units: [1],
    groups: ["x"],
  });
});

test("only numbers and names go out in clear", () => {
  const content = named({ units: [1], groups: ["x"], names: { 1: "Право" } });
  expect(clearMentions(content)).toEqual(named({ units: [1], groups: ["x"] }));
  expect(clearMentions({ body: "x" })).toEqual({});
});

test("one's places are one's levels and those above", () => {
  const unit = (id: number, parent?: number): UnitRecord => ({
    id,
    kind: "unit",
    name: "",
    rights: [],
    ...(parent !== undefined && { parent }),
  });
  const units = [unit(1), unit(2, 1), unit(3, 2), unit(4, 1)];
  const at = (unitId: number) => ({ unitId, path: [], title: "" });
  const card = { posts: [at(3)], manages: [at(2)] } as unknown as CardRecord;
  expect([...placesOf(units, card)].sort()).toEqual([1, 2, 3]);
  expect(placesOf(units, undefined).size).toBe(0);
});
