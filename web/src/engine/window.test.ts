import { expect, test } from "vitest";
import type { Entry } from "./stored";
import { between } from "./window";

const entry = (id: string): Entry => ({
  room: "!r",
  id,
  ts: 0,
  data: {
    event: {
      event_id: id,
      type: "m.room.message",
      sender: "@a:x",
      origin_server_ts: 0,
      content: {},
    },
  },
});
const all = ["$1", "$2", "$3", "$4"].map(entry);
const ids = (entries: readonly Entry[]) => entries.map(({ id }) => id);

test("a window is cut at either end, and knows when its end is not the line's", () => {
  const early = between(all, "$1", "$2");
  expect([ids(early.entries), early.isCut]).toEqual([["$1", "$2"], true]);
  const late = between(all, "$3", "$4");
  expect([ids(late.entries), late.isCut]).toEqual([["$3", "$4"], false]);
  const middle = between(all, "$2", "$3");
  expect([ids(middle.entries), middle.isCut]).toEqual([["$2", "$3"], true]);
});

test("nothing is lost where an end is not there, or they are the wrong way round", () => {
  for (const [from, to] of [
    ["$0", "$2"],
    ["$2", "$9"],
    ["$3", "$2"],
  ] as const)
    expect(between(all, from, to)).toEqual({ entries: all, isCut: false });
});
