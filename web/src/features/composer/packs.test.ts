import { expect, test } from "vitest";
import {
  emoticonsOf,
  findEmoticons,
  packsEverywhere,
  readPack,
  stickerContent,
  withPackUsed,
  writePack,
} from "./packs";

const image = (name: string) => ({ url: `mxc://a/${name}`, body: name });

test("a pack is read whatever strangers put into it", () => {
  const pack = readPack("own", {
    images: {
      good: { ...image("good"), info: { w: 5 } },
      bare: { url: "mxc://a/bare" },
      emote: { ...image("emote"), usage: ["emoticon"] },
      web: { url: "https://example.org/a.png" },
      none: null,
    },
    pack: { display_name: "Office" },
  });
  expect(pack.name).toBe("Office");
  expect(pack.stickers.map(({ code, body }) => [code, body])).toEqual([
    ["good", "good"],
    ["bare", "bare"],
  ]);
  expect(stickerContent(pack.stickers[0] as never)).toEqual({
    url: "mxc://a/good",
    body: "good",
    info: { w: 5 },
  });
  for (const wrong of [null, undefined, {}, { images: [] }, { images: { a: 1 }, pack: "x" }])
    expect(readPack("own", wrong).stickers).toEqual([]);
  const emotes = { images: { a: image("a") }, pack: { usage: ["emoticon"] } };
  expect(readPack("own", emotes).stickers).toEqual([]);
});

test("what is written is read again; emoticons and what others keep there stay", () => {
  const before = {
    images: { old: image("old"), emote: { ...image("emote"), usage: ["emoticon"] } },
    pack: { attribution: "me" },
    more: 1,
  };
  const sticker = { code: "", url: "mxc://a/n", body: "well done: yes", info: {} };
  const pack = { id: "own", name: "Mine", stickers: [sticker, sticker] };
  const written = writePack(pack, before);
  expect(Object.keys(written.images as object)).toEqual([
    "emote",
    "well_done_yes",
    "well_done_yes_2",
  ]);
  expect(written).toMatchObject({ more: 1, pack: { attribution: "me", display_name: "Mine" } });
  expect(readPack("own", written).stickers.map(({ body }) => body)).toEqual([
    "well done: yes",
    "well done: yes",
  ]);
});

test("pictures for texts are found by their codes, of two the first", () => {
  const images = {
    yes: image("one"),
    "no code": image("two"),
    only: { ...image("three"), usage: ["sticker"] },
    eyes: { ...image("four"), usage: ["emoticon"] },
  };
  const packs = [{ images }, { images: { yes: image("other") } }];
  const found = emoticonsOf(packs.map((one) => readPack("own", one, "emoticon")));
  expect([...found.keys()]).toEqual(["yes", "eyes"]);
  expect(found.get("yes")?.url).toBe("mxc://a/one");
  expect(findEmoticons(found, "YE", 5).map(({ code }) => code)).toEqual(["yes", "eyes"]);
  expect(findEmoticons(found, "fo", 5).map(({ code }) => code)).toEqual(["eyes"]);
});

test("a chat's pack is used in all chats, and no more", () => {
  const before = { rooms: { "!a": { x: {} } }, more: 1 };
  const used = withPackUsed(before, { roomId: "!a", key: "y", on: true });
  expect(used).toEqual({ rooms: { "!a": { x: {}, y: {} } }, more: 1 });
  expect(packsEverywhere(used)).toEqual(new Map([["!a", ["x", "y"]]]));
  const fewer = withPackUsed(used, { roomId: "!a", key: "x", on: false });
  expect(withPackUsed(fewer, { roomId: "!a", key: "y", on: false })).toEqual({
    rooms: {},
    more: 1,
  });
  for (const wrong of [null, {}, { rooms: [1] }, { rooms: "x" }])
    expect(packsEverywhere(wrong).size).toBe(0);
});
