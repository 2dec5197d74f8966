import { expect, test } from "vitest";
import { readPack, stickerContent, writePack } from "./packs";

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
