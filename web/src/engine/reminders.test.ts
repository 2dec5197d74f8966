import { expect, test } from "vitest";
import { remindersOf, withReminder } from "./reminders";

test("what somebody else wrote there is passed over", () => {
  const reminders = {
    $later: { room_id: "!a", at: 20 },
    $sooner: { room_id: "!a", at: 10 },
    $noRoom: { at: 10 },
    $noTime: { room_id: "!a", at: "soon" },
    $none: null,
  };
  expect(remindersOf({ reminders }).map((each) => each.eventId)).toEqual(["$sooner", "$later"]);
  expect(remindersOf({ reminders: [] })).toEqual([]);
  expect(remindersOf(undefined)).toEqual([]);
});

test("one is set, moved and taken away, and the others stay", () => {
  const one = withReminder({ theirs: 1 }, { roomId: "!a", eventId: "$1", at: 5 });
  const two = withReminder(one, { roomId: "!b", eventId: "$2", at: 3 });
  const moved = withReminder(two, { roomId: "!a", eventId: "$1", at: 1 });
  expect(remindersOf(moved).map((each) => [each.eventId, each.at])).toEqual([
    ["$1", 1],
    ["$2", 3],
  ]);
  const left = withReminder(moved, { roomId: "!a", eventId: "$1", at: null });
  expect(left).toEqual({ theirs: 1, reminders: { $2: { room_id: "!b", at: 3 } } });
});
