import { describe, expect, test } from "vitest";
import { chatOf, compareChats } from "./chats";
import { bodyOf, currentOf, isShown, mediaKindOf, pollOf } from "./content";
import type { ChatRecord } from "./records";
import { emptyRoom, kindOf, nameOf, powerOf, viewOf, withWire } from "./room";
import type { EventData, Kid, RoomData } from "./stored";
import type { WireEvent, WireRoom } from "./wire";

const me = "@me:x";
let last = 0;

function event(type: string, content: Record<string, unknown>, more: Partial<WireEvent> = {}) {
  const made: WireEvent = {
    type,
    content,
    sender: "@anna:x",
    event_id: `$${++last}`,
    origin_server_ts: last,
    ...more,
  };
  return made;
}

const state = (type: string, content: Record<string, unknown>, key = "", sender = "@anna:x") =>
  event(type, content, { state_key: key, sender });

function room(wire: WireRoom): RoomData {
  const own = state("m.room.member", { membership: "join" }, me);
  const required = [own, ...(wire.required_state ?? [])];
  return withWire(emptyRoom("!r"), { initial: true, ...wire, required_state: required }, me);
}

describe("a room", () => {
  test("is named by its name, its address, or its people", () => {
    const named = (data: Parameters<typeof nameOf>[0]) => nameOf(data, "@me:x");
    const heroes = [
      { user_id: "@a:x", displayname: "Анна" },
      { user_id: "@b:x" },
      { user_id: "@c:y" },
    ];
    expect(named(room({ required_state: [state("m.room.name", { name: " Отдел " })] }))).toBe(
      "Отдел",
    );
    const alias = state("m.room.canonical_alias", { alias: "#a:x" });
    expect(named(room({ required_state: [alias], heroes }))).toBe("#a:x");
    expect(named(room({ heroes, joined_count: 4 }))).toBe("Анна, b, @c:y");
    expect(named(room({ heroes, joined_count: 9, invited_count: 1 }))).toBe("Анна, b, @c:y +6");
    expect(named(room({}))).toBe("");
  });

  test("is of a kind", () => {
    const none = new Map<string, string>();
    const kind = (wire: WireRoom, direct = none) => kindOf(room(wire), direct, me);
    const people = { joined_count: 2, invited_count: 0 };
    const levels = state("m.room.power_levels", { events_default: 50 });
    expect(kind({ required_state: [state("m.room.create", { type: "m.space" })] })).toBe("space");
    expect(kind({ required_state: [levels] })).toBe("channel");
    expect(kind({ ...people }, new Map([["!r", "@anna:x"]]))).toBe("direct");
    expect(kind({ joined_count: 5 }, new Map([["!r", "@anna:x"]]))).toBe("group");
    expect(kind({ joined_count: 1 }, new Map([["!r", me]]))).toBe("self");
    expect(kind({ ...people })).toBe("group");
  });

  test("gives its makers all power from version 12 on", () => {
    const created = state("m.room.create", { room_version: "12", additional_creators: ["@b:x"] });
    const levels = state("m.room.power_levels", { users: { [me]: 50 } });
    const found = room({ required_state: [created, levels] });
    expect(["@anna:x", "@b:x", me, "@c:x"].map((id) => powerOf(found, id))).toEqual([
      Infinity,
      Infinity,
      50,
      0,
    ]);
    expect(viewOf(found, new Map(), me).may).toMatchObject({ name: true, kick: true, send: true });
  });

  test("told anew forgets what is not told; a change keeps the rest", () => {
    const before = room({ required_state: [state("m.room.topic", { topic: "раньше" })] });
    const name = state("m.room.name", { name: "Имя" });
    const changed = withWire(before, { timeline: [name] }, me);
    expect(viewOf(changed, new Map(), me)).toMatchObject({ topic: "раньше", name: "Имя" });
    const anew = withWire(changed, { initial: true, required_state: [name] }, me);
    expect(viewOf(anew, new Map(), me).topic).toBe("");
  });

  test("that one is invited to names who invites and why", () => {
    const stripped = (type: string, content: Record<string, unknown>, key: string) => ({
      type,
      content,
      state_key: key,
      sender: "@anna:x",
    });
    const invited = withWire(
      emptyRoom("!r"),
      {
        initial: true,
        invite_state: [
          stripped("m.room.member", { membership: "join", displayname: "Анна" }, "@anna:x"),
          stripped("m.room.member", { membership: "invite", is_direct: true, reason: "дело" }, me),
        ],
      },
      me,
    );
    expect(invited.inviter).toEqual({ id: "@anna:x", name: "Анна", reason: "дело" });
    expect(kindOf(invited, new Map(), me)).toBe("direct");
    const joined = withWire(
      invited,
      { initial: true, required_state: [state("m.room.member", { membership: "join" }, me)] },
      me,
    );
    expect(joined).toMatchObject({ membership: "join" });
    expect(joined.inviter).toBeUndefined();
  });
});

describe("the list", () => {
  test("has invitations and the pinned first, then the newest", () => {
    const around = {
      me,
      direct: new Map(),
      notify: new Map(),
      spaces: new Map(),
      folders: new Map(),
    };
    const beside = {
      typing: [],
      waiting: undefined,
      waitingState: undefined,
      draft: undefined,
      isRead: false,
    };
    const record = (id: string, more: Partial<ChatRecord>): ChatRecord => ({
      ...chatOf({ ...emptyRoom(id) }, around, beside),
      ...more,
    });
    const records = [
      record("old", { ts: 1 }),
      record("new", { ts: 9 }),
      record("second", { ts: 1, pinned: 0.7 }),
      record("first", { ts: 0, pinned: 0.2 }),
      record("invited", { ts: 0, membership: "invite" }),
    ];
    expect(records.sort(compareChats).map((each) => each.id)).toEqual([
      "invited",
      "first",
      "second",
      "new",
      "old",
    ]);
  });
});

describe("what is said", () => {
  const kid = (rel: string, type: string, content: Record<string, unknown>, more = {}): Kid => ({
    id: `$${++last}`,
    sender: "@anna:x",
    ts: last,
    rel,
    type,
    content,
    ...more,
  });
  const message = (content: Record<string, unknown>, kids: Kid[] = []): EventData => ({
    event: event("m.room.message", content),
    kids,
  });

  test("is the newest edit of its sender, with the relation it was made with", () => {
    const edit = (body: string, more = {}) =>
      kid("m.replace", "m.room.message", { "m.new_content": { body } }, more);
    const reply = { "m.in_reply_to": { event_id: "$x" } };
    const data = message({ body: "а", "m.relates_to": reply }, [
      edit("б"),
      edit("в"),
      edit("чужое", { sender: "@b:x", ts: 9_999 }),
      kid("m.replace", "m.sticker", { "m.new_content": { body: "г" } }, { ts: 9_999 }),
    ]);
    expect(currentOf(data).content).toEqual({ body: "в", "m.relates_to": reply });
  });

  test("is shown without the quoted lines of old clients", () => {
    const content = {
      body: "> <@a:x> старое\n> ещё\n\nответ",
      "m.relates_to": { "m.in_reply_to": { event_id: "$x" } },
    };
    expect(bodyOf("m.room.message", content)).toBe("ответ");
  });

  test("is listed by what it carries", () => {
    const kind = (content: Record<string, unknown>) => mediaKindOf("m.room.message", content);
    expect(kind({ msgtype: "m.image" })).toBe("media");
    expect(kind({ msgtype: "m.audio", "org.matrix.msc3245.voice": {} })).toBe("voice");
    expect(kind({ msgtype: "m.text", body: "см. https://x.ru/a" })).toBe("link");
    expect(kind({ msgtype: "m.text", body: "http" })).toBeUndefined();
  });

  test("is no item where it changes another", () => {
    const relates = { rel_type: "m.annotation", event_id: "$x", key: "a" };
    expect(isShown({ event: event("m.reaction", { "m.relates_to": relates }) })).toBe(false);
    expect(isShown(message({ body: "а" }))).toBe(true);
  });

  test("is counted once a person, up to the end of a poll", () => {
    const start = { answers: [{ id: "1" }, { id: "2" }], max_selections: 1 };
    const type = "org.matrix.msc3381.poll.response";
    const vote = (sender: string, ts: number, ...answers: string[]) =>
      kid("m.reference", type, { [type]: { answers } }, { sender, ts });
    const data: EventData = {
      event: event("org.matrix.msc3381.poll.start", { "org.matrix.msc3381.poll.start": start }),
      kids: [
        vote("@a:x", 1, "1"),
        vote("@a:x", 2, "2"),
        vote("@b:x", 3, "2", "1"),
        vote("@c:x", 4, "нет такого"),
        vote(me, 5, "1"),
        kid("m.reference", "m.poll.end", {}, { ts: 6 }),
        vote("@d:x", 7, "1"),
      ],
    };
    expect(pollOf(data, me)).toEqual({
      votes: { 2: ["@a:x", "@b:x"], 1: [me] },
      mine: ["1"],
      closed: true,
    });
  });
});
