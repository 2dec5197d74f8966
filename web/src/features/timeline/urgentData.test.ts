import { expect, test } from "vitest";
import { officialOf, sharesOf, substitutionOf, urgentTitle } from "./urgentData";

test("a notice says what it is and in whose name", () => {
  const official = (told: unknown) => ({ "org.depesha.official": told });
  expect(officialOf(official({ kind: "emergency", signed: "Duty" }))).toEqual({
    kind: "emergency",
    signed: "Duty",
  });
  expect(officialOf(official({ kind: "other", signed: "" }))).toEqual({ kind: "official" });
  expect(officialOf(official("x"))).toBeUndefined();
  expect(urgentTitle(official({ kind: "emergency" }))).toBe("emergencyNotice");
  expect(urgentTitle(official({ kind: "official" }))).toBe("officialNotice");
  expect(urgentTitle({})).toBe("urgentMessage");
});

test("a deputy is told in whose place", () => {
  const told = { user_id: "@a:x", sender: "@b:x", room_name: "Yard" };
  const content = { "org.depesha.substitution": told };
  expect(substitutionOf(content)).toEqual({
    userId: "@a:x",
    sender: "@b:x",
    room: "Yard",
    mention: false,
  });
  expect(urgentTitle(content)).toBe("substitution");
  const mention = { "org.depesha.substitution": { ...told, why: "mention" } };
  expect(substitutionOf(mention)?.mention).toBe(true);
  expect(substitutionOf({ "org.depesha.substitution": { user_id: "@a:x" } })).toBeUndefined();
});

test("shares are parts of all whom it is to reach", () => {
  const view = {
    addressed: 4,
    acknowledged: [{ id: "@a:x", ts: 1 }],
    seen: [],
    notReached: ["@b:x", "@c:x", "@d:x"],
    substituted: [],
  };
  expect(sharesOf(view)).toEqual([
    { key: "acknowledged", count: 1, percent: 25 },
    { key: "seen", count: 0, percent: 0 },
    { key: "notReached", count: 3, percent: 75 },
  ]);
  const nobody = { ...view, acknowledged: [], notReached: [] };
  expect(sharesOf(nobody).every((share) => share.percent === 0)).toBe(true);
});
