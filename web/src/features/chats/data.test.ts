import { describe, expect, test } from "vitest";
import type { ChatRecord } from "../../engine/records";
import {
  addressOf,
  countUnread,
  type Folder,
  invitations,
  isIn,
  neighbour,
  searchChats,
  spaceRows,
  topSpaces,
} from "./data";

const chat = (id: string, more: Partial<ChatRecord> = {}): ChatRecord => ({
  id,
  name: id,
  kind: "group",
  membership: "join",
  ts: 0,
  unread: { messages: 0, mentions: 0, marked: false },
  notify: "all",
  archived: false,
  encrypted: false,
  typing: [],
  spaces: [],
  folders: [],
  ...more,
});
const unread = { messages: 2, mentions: 0, marked: false };

describe("folders", () => {
  const every: Folder[] = ["all", "unread", "direct", "groups", "channels", "archive", "folder:f"];
  const foldersOf = (one: ChatRecord) => every.filter((folder) => isIn(one, folder));
  test("a group is in its own folders", () => {
    expect(foldersOf(chat("a", { folders: ["f"] }))).toEqual(["all", "groups", "folder:f"]);
  });
  test("what is archived is in the archive alone, though unread", () => {
    expect(foldersOf(chat("a", { archived: true, unread }))).toEqual(["archive"]);
  });
  test("invitations and spaces are in none", () => {
    expect(foldersOf(chat("a", { membership: "invite" }))).toEqual([]);
    expect(foldersOf(chat("a", { kind: "space" }))).toEqual([]);
  });
  test("the open chat stays among the unread", () => {
    expect(isIn(chat("a"), "unread")).toBe(false);
    expect(isIn(chat("a"), "unread", "a")).toBe(true);
    expect(isIn(chat("a", { unread: { messages: 0, mentions: 0, marked: true } }), "unread")).toBe(
      true,
    );
  });
});

test("muted chats do not count", () => {
  const chats = [
    chat("a", { unread }),
    chat("b", { unread, notify: "none" }),
    chat("c", { unread, mutedUntil: 200 }),
  ];
  expect(countUnread(chats, "all", 100)).toBe(1);
  expect(countUnread(chats, "all", 300)).toBe(2);
});

test("the latest invitation is first", () => {
  const chats = [
    chat("a", { membership: "invite", ts: 1 }),
    chat("b"),
    chat("c", { membership: "invite", ts: 2 }),
  ];
  expect(invitations(chats).map(({ id }) => id)).toEqual(["c", "a"]);
});

test("search goes by names and forgives the layout", () => {
  const chats = [chat("a", { name: "Отдел кадров" }), chat("b", { name: "Кадры" })];
  expect(searchChats(chats, "rflh").map(({ id }) => id)).toEqual(["b", "a"]);
});

test("neighbours", () => {
  expect(neighbour(["a", "b", "c"], "b", 1)).toBe("c");
  expect(neighbour(["a", "b", "c"], "a", -1)).toBeUndefined();
  expect(neighbour(["a", "b", "c"], undefined, 1)).toBe("a");
  expect(neighbour(["a", "b", "c"], "gone", -1)).toBe("c");
});

test.each([
  ["#общий:a.org", "#общий:a.org"],
  ["https://matrix.to/#/%23general%3Aa.org?via=a.org", "#general:a.org"],
  ["https://depesha.example.org/#/chat/!abc:a.org/$e", "!abc:a.org"],
  ["matrix:r/general:a.org", "#general:a.org"],
  ["просто слова", undefined],
  ["@anna:a.org", undefined],
])("the address in %s", (text, address) => expect(addressOf(text)).toBe(address));

test("a space is told as a tree, each room once", () => {
  const room = (roomId: string, children: string[] = [], space = children.length > 0) => ({
    roomId,
    name: roomId,
    members: 1,
    joinRule: "public",
    space,
    children: children.map((child) => ({ roomId: child, via: ["a.org"] })),
  });
  const rooms = [room("!s", ["!a", "!t", "!hidden"]), room("!a"), room("!t", ["!b", "!s", "!a"])];
  const rows = spaceRows([...rooms, room("!b")]);
  expect(rows.map(({ room: { roomId }, depth }) => [roomId, depth])).toEqual([
    ["!a", 0],
    ["!t", 0],
    ["!b", 1],
  ]);
  expect(spaceRows([])).toEqual([]);
});

test("spaces within others have no folder of their own, those in a circle do", () => {
  const space = (id: string, spaces: string[]) => chat(id, { kind: "space", spaces });
  const ids = (chats: ChatRecord[]) => topSpaces(chats).map(({ id }) => id);
  expect(ids([space("!b", []), space("!a", []), space("!in", ["!a"])])).toEqual(["!a", "!b"]);
  expect(ids([space("!a", ["!b", "!a"]), space("!b", ["!a", "!b"])])).toEqual(["!a", "!b"]);
  const inSpace = chat("!x", { spaces: ["!a"] });
  expect(isIn(inSpace, "space:!a")).toBe(true);
  expect(isIn(inSpace, "space:!b")).toBe(false);
});
