import { describe, expect, test } from "vitest";
import type { ChatRecord, PersonRecord, WhoRecord } from "../../engine/records";
import {
  acquaintances,
  countWaiting,
  deputyNow,
  findChats,
  isUserId,
  kept,
  placesOf,
  postLine,
  refusalOf,
  withAddress,
} from "./data";

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

describe("a refusal", () => {
  const forbidden = { code: "M_FORBIDDEN", message: "no" };
  test("names the rule, whom it concerns and who can change it", () => {
    const fields = {
      "org.depesha.rule": "contact",
      "org.depesha.ask": "@chief:x",
      "org.depesha.target": "@anna:x",
    };
    expect(refusalOf({ ...forbidden, fields })).toEqual({
      rule: "contact",
      ask: "@chief:x",
      target: "@anna:x",
    });
    expect(refusalOf({ ...forbidden, fields: { "org.depesha.rule": "call" } })).toEqual({
      rule: "call",
    });
  });
  test("by no rule is none", () => {
    expect(refusalOf(forbidden)).toBeUndefined();
    expect(refusalOf({ ...forbidden, fields: { "org.depesha.rule": 7 } })).toBeUndefined();
  });
});

describe("who somebody is", () => {
  const who: WhoRecord = { id: "@a:x", name: "Анна", posts: [], manages: [], deputies: [] };
  test("their post and the way down to it", () => {
    const posts = [{ unitId: 2, path: ["Министерство", "Право"], title: "Юрист" }];
    expect(postLine({ ...who, posts })).toBe("Юрист, Министерство › Право");
    expect(postLine(who)).toBe("");
  });
  test("a manager without a post is of the level they manage", () => {
    const manages = [{ unitId: 1, path: ["Министерство"], title: "" }];
    expect(postLine({ ...who, manages })).toBe("Министерство");
  });
  test("each level once, with whether they manage it", () => {
    const law = { unitId: 2, path: ["Право"], title: "Директор" };
    const courts = { unitId: 3, path: ["Суды"], title: "" };
    const both = { ...who, posts: [law], manages: [{ ...law, title: "" }, courts] };
    expect(placesOf(both)).toEqual([
      { post: law, isManager: true },
      { post: courts, isManager: true },
    ]);
    expect(placesOf({ ...who, posts: [law] })).toEqual([{ post: law, isManager: false }]);
  });
  test("a deputy stands in between two moments, the latter not included", () => {
    const away = { ...who, deputies: [{ id: "@b:x", since: 10, until: 20 }] };
    expect([9, 10, 19, 20].map((now) => deputyNow(away, now)?.id)).toEqual([
      undefined,
      "@b:x",
      "@b:x",
      undefined,
    ]);
  });
  test("requests and strangers wait alike", () => {
    expect(countWaiting(undefined, undefined)).toBe(0);
    const box = {
      incoming: [{ sender: who, target: "@me:x", message: "", ts: 0 }],
      held: [{ roomId: "!r", sender: who }],
      outgoing: [{ id: "@c:x", ts: 0 }],
      blocked: ["@d:x"],
    };
    expect(countWaiting(box, undefined)).toBe(2);
    const asked = {
      id: "1",
      roomId: "!r",
      roomName: "",
      unitId: 1,
      sender: who,
      message: "",
      ts: 0,
    };
    expect(countWaiting(box, { incoming: [asked], outgoing: [] })).toBe(3);
  });
});

test("an answer that came anew keeps the people who are the same", () => {
  const [anna, boris] = ["anna", "boris"].map((name) => ({
    id: `@${name}:x.org`,
    name,
    ignored: false,
  })) as [PersonRecord, PersonRecord];
  const away = { ...boris, presence: "offline" as const };
  const shown = kept([anna, boris], [away, { ...anna }]);
  expect(shown[0]).toBe(away);
  expect(shown[1]).toBe(anna);
});
