import { expect, test } from "vitest";
import { albumView, withParts } from "./album";
import type { Entry } from "./stored";

const part = (id: string, more: object = {}, redaction?: object): Entry =>
  ({
    id,
    ts: 1,
    data: {
      event: {
        event_id: id,
        type: "m.room.message",
        sender: "@a:a",
        origin_server_ts: 1,
        content: {
          msgtype: "m.image",
          body: `${id}.png`,
          filename: `${id}.png`,
          "org.depesha.album": "m",
          ...more,
        },
      },
      ...(redaction && { redaction }),
    },
  }) as unknown as Entry;

test("parts of one album are counted once each, whenever they come", () => {
  const first = withParts(undefined, [part("$1", { body: "Walls" }), part("$2")]);
  const all = withParts(first, [part("$2"), part("$3")]);
  expect(albumView(all, "$3")).toEqual({ count: 3, kind: "images", caption: "Walls" });
  expect(albumView(all, "$9")).toBeUndefined();
  const relates = { "m.relates_to": { rel_type: "m.replace", event_id: "$1" } };
  expect(withParts(all, [part("$4", relates)])).toBe(all);
  const fewer = withParts(all, [part("$3", {}, { by: "@a:a" })]);
  expect(albumView(fewer, "$2")?.count).toBe(2);
  expect(albumView(withParts(all, [part("$1")]), "$3")?.caption).toBeUndefined();
});

test("videos are told apart, and another album begins anew", () => {
  const mixed = withParts(undefined, [part("$1"), part("$2", { msgtype: "m.video" })]);
  expect(albumView(mixed, "$1")?.kind).toBe("mixed");
  const other = withParts(mixed, [part("$3", { "org.depesha.album": "n" })]);
  expect(albumView(other, "$3")).toBeUndefined();
  expect(withParts(mixed, [part("$4", { "org.depesha.album": undefined })])).toBe(mixed);
});
