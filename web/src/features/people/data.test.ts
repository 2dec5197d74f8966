import { describe, expect, test } from "vitest";
import type { ChatRecord } from "../../engine/records";
import { acquaintances, findChats, isUserId, withAddress } from "./data";

const chat = (id: string, name: string, more: Partial<ChatRecord> = {}): ChatRecord => ({
  id,
  name,
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

describe("finding a chat", () => {
  const chats = [
    chat("!1", "Канцелярия"),
    chat("!2", "Отдел ИТ"),
    chat("!3", "Архив", { membership: "invite" }),
  ];
  test("without a query all joined chats stay in order", () => {
    expect(findChats(chats, " ").map(({ id }) => id)).toEqual(["!1", "!2"]);
  });
  test("the wrong layout is forgiven", () => {
    expect(findChats(chats, "jnltk").map(({ id }) => id)).toEqual(["!2"]);
  });
});

describe("an address", () => {
  test("is one only when whole", () => {
    expect(isUserId("@anna:example.org")).toBe(true);
    expect(isUserId("@anna")).toBe(false);
  });
  test("can be chosen though nobody was found", () => {
    expect(withAddress([], "@anna:example.org").map(({ id }) => id)).toEqual(["@anna:example.org"]);
    expect(withAddress([], "anna")).toEqual([]);
  });
});

test("acquaintances are the others of direct chats", () => {
  const chats = [
    chat("!1", "Анна", { kind: "direct", peer: "@anna:x" }),
    chat("!2", "Отдел"),
    chat("!3", "Борис", { kind: "direct", peer: "@b:x", membership: "invite" }),
  ];
  expect(acquaintances(chats)).toEqual([{ id: "@anna:x", name: "Анна", ignored: false }]);
});
