import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { PASSWORD, type Server, serve } from "../../test/depesha";
import { chatOf, Person, text } from "../../test/person";
import { localpart } from "../base/ids";
import type { ItemRecord } from "./records";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: Server;
let people: Person[] = [];
let count = 0;

beforeAll(async () => {
  server = await serve();
});
afterEach(async () => {
  for (const person of people) await person.close();
  people = [];
});
afterAll(() => server.stop());

async function person(name: string): Promise<Person> {
  const made = await Person.register(server, `${name}${++count}`);
  people.push(made);
  return made;
}

async function another(of: Person): Promise<Person> {
  const made = await Person.signIn(server, of.name, `${of.archive}-${++count}`);
  people.push(made);
  return made;
}

async function two(encrypted = false): Promise<[Person, Person, string]> {
  const [anna, boris] = [await person("anna"), await person("boris")];
  return [anna, boris, await chatOf(anna, boris, encrypted)];
}

const bodies = (rows: readonly { type: string; content: Readonly<Record<string, unknown>> }[]) =>
  rows.filter((row) => row.type === "m.room.message").map((row) => row.content.body);

/** The texts of a chat as somebody has them once the last is there. */
function textsUpTo(who: Person, roomId: string, last: string): Promise<unknown[]> {
  return who.list("timeline", { roomId }, (rows) => {
    const all = bodies(rows);
    return all.includes(last) && all;
  });
}

describe("two people", () => {
  test("talk", async () => {
    const [anna, boris, roomId] = await two();
    const { id } = await anna.do("send.event", { roomId, ...text("Привет") });
    const seen = await boris.says(roomId, "Привет");
    expect(seen).toMatchObject({ sender: anna.id, mine: false, encryption: "none" });
    const own = await anna.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.id === id && row.eventId !== undefined && row.state === "sent"),
    );
    expect(own.eventId).toBe(seen.eventId);
    const chat = await boris.list("chats", null, (rows) =>
      rows.find((row) => row.id === roomId && row.unread.messages > 0),
    );
    expect(chat.last).toMatchObject({ body: "Привет", mine: false });
  });

  test("read what is encrypted, and find it by another form of the word", async () => {
    const [anna, boris, roomId] = await two(true);
    await anna.do("send.event", { roomId, ...text("Совещание переносится на четверг") });
    const seen = await boris.says(roomId, "Совещание переносится на четверг");
    expect(["verified", "warning"]).toContain(seen.encryption);
    const { hits } = await boris.do("search.messages", {
      ask: { text: "совещания четвергу" },
      limit: 10,
    });
    expect(hits.map((hit) => hit.id)).toEqual([seen.eventId]);
    await boris.reload();
    boris.net = "down";
    await boris.says(roomId, "Совещание переносится на четверг");
    const again = await boris.do("search.messages", { ask: { text: "переносятся" }, limit: 10 });
    expect(again.hits).toHaveLength(1);
  });

  test("edit, react, take back and delete", async () => {
    const [anna, boris, roomId] = await two();
    await anna.do("send.event", { roomId, ...text("Превед") });
    const first = await boris.says(roomId, "Превед");
    const eventId = first.eventId ?? "";
    await anna.do("send.edit", { roomId, eventId, content: text("Привет").content });
    const edited = await boris.says(roomId, "Привет");
    expect(edited).toMatchObject({ id: first.id });
    expect(edited.editedAt).toBeGreaterThan(0);

    await boris.do("send.react", { roomId, eventId, key: "👍" });
    const liked = await anna.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.eventId === eventId && row.reactions.length > 0),
    );
    expect(liked.reactions).toMatchObject([{ key: "👍", count: 1, senders: [boris.id] }]);

    await boris.do("send.unreact", { roomId, eventId, key: "👍" });
    await anna.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.eventId === eventId && row.reactions.length === 0),
    );

    await anna.do("send.redact", { roomId, eventId, reason: "по ошибке" });
    const gone = await boris.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.eventId === eventId && row.redacted),
    );
    expect(gone.redacted).toEqual({ by: anna.id, reason: "по ошибке" });
    expect(gone.content).toEqual({});
  });

  test("answer in a thread, which the main timeline leaves out", async () => {
    const [anna, boris, roomId] = await two();
    await anna.do("send.event", { roomId, ...text("Вопрос") });
    const root = (await boris.says(roomId, "Вопрос")).eventId ?? "";
    await boris.do("send.event", { roomId, threadId: root, ...text("Ответ") });
    const shown = await anna.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.eventId === root && row.thread?.count === 1),
    );
    expect(shown.thread?.last).toMatchObject({ body: "Ответ", sender: boris.id });
    const main = await textsUpTo(anna, roomId, "Вопрос");
    expect(main).toEqual(["Вопрос"]);
    const thread = await anna.list(
      "timeline",
      { roomId, threadId: root },
      (rows) => rows.length === 2 && bodies(rows),
    );
    expect(thread).toEqual(["Вопрос", "Ответ"]);
    const inbox = await boris.list("threads", {}, (rows) => rows.length > 0 && rows);
    expect(inbox[0]).toMatchObject({ eventId: root, roomId });
  });

  test("see how much of a thread is unread, and threads with it first", async () => {
    const [anna, boris, roomId] = await two();
    const root = async (body: string) => {
      await boris.do("send.event", { roomId, ...text(body) });
      return (await anna.says(roomId, body)).eventId ?? "";
    };
    const [first, second] = [await root("Первый"), await root("Второй")];
    for (const body of ["раз", "два", "три"])
      await anna.do("send.event", { roomId, threadId: first, ...text(body) });
    const last = await boris.says(roomId, "три", { threadId: first });
    await boris.do("send.event", { roomId, threadId: second, ...text("моё") });
    const unread = (who: Person, count: number) =>
      who.list("threads", {}, (rows) => {
        const counts = rows.map((row) => [row.eventId, row.thread?.unread.messages]);
        return rows.length === 2 && counts[0]?.[1] === count && counts;
      });
    expect(await unread(boris, 3)).toEqual([
      [first, 3],
      [second, 0],
    ]);
    await boris.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.eventId === first && row.thread?.unread.messages === 3),
    );
    await boris.do("timeline.read", {
      roomId,
      threadId: first,
      eventId: last.eventId ?? "",
      private: true,
    });
    expect((await unread(boris, 0)).map(([id]) => id)).toEqual([second, first]);
    await boris.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.eventId === first && row.thread?.unread.messages === 0),
    );
  });

  test("vote", async () => {
    const [anna, boris, roomId] = await two();
    const answers = ["да", "нет"].map((id) => ({ id, "org.matrix.msc1767.text": id }));
    const question = { "org.matrix.msc1767.text": "Идём?" };
    const start = {
      question,
      answers,
      kind: "org.matrix.msc3381.poll.disclosed",
      max_selections: 1,
    };
    await anna.do("send.event", {
      roomId,
      type: "org.matrix.msc3381.poll.start",
      content: { "org.matrix.msc3381.poll.start": start },
    });
    const poll = await boris.list("timeline", { roomId }, (rows) => rows.find((row) => row.poll));
    const vote = (who: Person, answer: string) =>
      who.do("send.event", {
        roomId,
        type: "org.matrix.msc3381.poll.response",
        content: {
          "m.relates_to": { rel_type: "m.reference", event_id: poll.eventId },
          "org.matrix.msc3381.poll.response": { answers: [answer] },
        },
      });
    await vote(boris, "нет");
    await vote(boris, "да");
    const counted = await anna.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.poll?.votes.да?.length === 1),
    );
    expect(counted.poll).toEqual({ votes: { да: [boris.id] }, mine: [], closed: false });
  });

  test("see who has read and who writes", async () => {
    const [anna, boris, roomId] = await two();
    await anna.do("send.event", { roomId, ...text("Прочти") });
    const { eventId = "" } = await boris.says(roomId, "Прочти");
    await boris.do("timeline.read", { roomId, eventId, private: false });
    await boris.list("chats", null, (rows) =>
      rows.find((row) => row.id === roomId && row.unread.messages === 0),
    );
    const read = await anna.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.eventId === eventId && row.readBy.length > 0),
    );
    expect(read.readBy).toEqual([boris.id]);
    const writes = anna.value("typing", { roomId }, (names) => names.length > 0 && names);
    await boris.do("typing", { roomId, typing: true });
    expect(await writes).toEqual([localpart(boris.id)]);
  });

  test("send later, and think better of it", async () => {
    const [anna, boris, roomId] = await two(true);
    await boris.list("members", { roomId }, (rows) => rows.length === 2);
    const at = Date.now() + 3_600_000;
    await anna.do("send.later", { roomId, ...text("никогда"), at: at + 3_600_000 });
    await anna.do("send.later", { roomId, ...text("завтра"), at });
    const rows = await anna.list("scheduled", { roomId }, (all) => all.length === 2 && all);
    expect(rows[0]).toMatchObject({ roomId, content: { body: "завтра" } });
    expect(Math.abs((rows[0]?.at ?? 0) - at)).toBeLessThan(60_000);
    const [soon, never] = rows.map((row) => row.id);
    await anna.do("send.scheduled", { id: never ?? "", act: "cancel" });
    await anna.do("send.scheduled", { id: soon ?? "", act: "send" });
    await anna.list("scheduled", { roomId }, (all) => all.length === 0);
    await boris.says(roomId, "завтра");
  });

  test("see who is there, and what they say of themselves", async () => {
    const [anna, boris] = await two();
    await anna.value("person", { userId: boris.id }, (who) => who.presence === "online");
    await boris.do("profile.set", { status: "в отпуске", until: Date.now() + 60_000 });
    await anna.value("person", { userId: boris.id }, (who) => who.status === "в отпуске");
    await boris.do("presence.set", { presence: "unavailable" });
    await anna.value("person", { userId: boris.id }, (who) => who.presence === "unavailable");
    await boris.do("profile.set", { status: "" });
    await anna.value("person", { userId: boris.id }, (who) => who.status === undefined);
    await boris.do("profile.set", { name: "Борис" });
    await anna.list("chats", null, (rows) => rows.length > 0);
    await anna.value("person", { userId: boris.id }, (who) => who.name === "Борис");
  });

  test("send files", async () => {
    const [anna, boris, roomId] = await two(true);
    const blob = new Blob(["приказ"], { type: "text/plain" });
    await anna.do("send.files", {
      roomId,
      files: [{ blob, name: "приказ.txt", mimetype: "text/plain", kind: "file" }],
    });
    const file = await boris.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.content.msgtype === "m.file" && row.content.file),
    );
    const loaded = await boris.do("media.load", {
      source: { file: file.content.file as Record<string, unknown> },
      mimetype: "text/plain",
    });
    expect(await loaded.blob.text()).toBe("приказ");
    const listed = await boris.list("shared", { roomId, kind: "file" }, (rows) => rows[0]);
    expect(listed.eventId).toBe(file.eventId);
  });
});

describe("without a network", () => {
  test("what is written waits, survives a reload, and is sent in order, once", async () => {
    const [anna, boris, roomId] = await two();
    await anna.do("send.event", { roomId, ...text("до") });
    await boris.says(roomId, "до");
    anna.net = "down";
    for (const body of ["раз", "два", "три"])
      await anna.do("send.event", { roomId, ...text(body) });
    await anna.value("connection", null, (view) => view.waiting === 3);
    await anna.kill();
    const waiting = await textsUpTo(anna, roomId, "три");
    expect(waiting).toEqual(["до", "раз", "два", "три"]);
    anna.net = "up";
    anna.engine.hurry();
    expect(await textsUpTo(boris, roomId, "три")).toEqual(["до", "раз", "два", "три"]);
    await anna.value("connection", null, (view) => view.waiting === 0);
    expect(await textsUpTo(anna, roomId, "три")).toEqual(["до", "раз", "два", "три"]);
  });

  test("an answer that is lost, and a tab that is killed then, send nothing twice", async () => {
    const [anna, boris, roomId] = await two();
    anna.net = "deaf";
    await anna.do("send.event", { roomId, ...text("однажды") });
    await boris.says(roomId, "однажды");
    await anna.kill();
    anna.net = "up";
    anna.engine.hurry();
    await anna.do("send.event", { roomId, ...text("потом") });
    expect(await textsUpTo(boris, roomId, "потом")).toEqual(["однажды", "потом"]);
    await anna.value("connection", null, (view) => view.waiting === 0);
    expect(await textsUpTo(anna, roomId, "потом")).toEqual(["однажды", "потом"]);
  });

  test("an edit and a reaction to what is not sent yet reach it", async () => {
    const [anna, boris, roomId] = await two();
    anna.net = "down";
    const { id } = await anna.do("send.event", { roomId, ...text("черновик") });
    await anna.do("send.react", { roomId, eventId: id, key: "🎉" });
    await anna.do("send.edit", { roomId, eventId: id, content: text("чистовик").content });
    anna.net = "up";
    anna.engine.hurry();
    const seen = await boris.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.content.body === "чистовик" && row.reactions.length > 0),
    );
    expect(seen.reactions).toMatchObject([{ key: "🎉", senders: [anna.id] }]);
  });

  test("what came meanwhile is found in order, also behind a gap", async () => {
    const [anna, boris, roomId] = await two();
    await boris.do("send.event", { roomId, ...text("0") });
    await anna.says(roomId, "0");
    anna.net = "down";
    const all = Array.from({ length: 60 }, (_, index) => `${index + 1}`);
    for (const body of all) await boris.do("send.event", { roomId, ...text(body) });
    await boris.value("connection", null, (view) => view.waiting === 0);
    anna.net = "up";
    anna.engine.hurry();
    const seen = await anna.list("timeline", { roomId }, (rows) => {
      const now = bodies(rows);
      return now.includes("60") && now.includes("0") && now;
    });
    expect(seen).toEqual(["0", ...all]);
  });
});

describe("the session", () => {
  const refusal = (errcode: string, status: number, more = {}) =>
    new Response(JSON.stringify({ errcode, error: "no", ...more }), { status });

  test("goes on when the server has forgotten the connection", async () => {
    const [anna, boris, roomId] = await two();
    const phone = await another(anna);
    const other = await chatOf(boris, anna);
    await boris.do("send.event", { roomId, ...text("0") });
    await anna.says(roomId, "0");
    anna.net = "down";
    await phone.list("chats", null, (rows) => rows.some((row) => row.id === other));
    await phone.do("room.leave", { roomId: other, forget: false });
    const all = Array.from({ length: 40 }, (_, index) => `${index + 1}`);
    for (const body of all) await boris.do("send.event", { roomId, ...text(body) });
    await boris.value("connection", null, (view) => view.waiting === 0);
    let isForgotten = false;
    anna.instead = (path) => {
      if (isForgotten || !path.endsWith("/org.matrix.simplified_msc3575/sync")) return undefined;
      isForgotten = true;
      return refusal("M_UNKNOWN_POS", 400);
    };
    // Open all the while, so that what was missed has to be fetched into it.
    const caughtUp = anna.list("timeline", { roomId }, (rows) => {
      const now = bodies(rows);
      return now.includes("0") && now.includes("40") && now;
    });
    anna.net = "up";
    anna.engine.hurry();
    await anna.list("chats", null, (rows) => !rows.some((row) => row.id === other));
    const seen = await caughtUp;
    expect(seen).toEqual(["0", ...all]);
  });

  test("renews its token by itself", async () => {
    const [anna, boris, roomId] = await two();
    let refusals = 2;
    anna.instead = (path) => {
      if (path.endsWith("/refresh") || refusals === 0) return undefined;
      refusals--;
      return refusal("M_UNKNOWN_TOKEN", 401, { soft_logout: true });
    };
    await anna.do("send.event", { roomId, ...text("дальше") });
    await boris.says(roomId, "дальше");
    await anna.reload();
    await anna.do("send.event", { roomId, ...text("и ещё") });
    await boris.says(roomId, "и ещё");
  });

  test("that is ended elsewhere leaves nothing here", async () => {
    const anna = await person("anna");
    const phone = await another(anna);
    const devices = await anna.list("devices", null, (rows) => rows.length > 1 && rows);
    const ids = devices.filter((device) => !device.current).map((device) => device.id);
    await anna.do("session.endDevices", { ids, password: PASSWORD });
    const out = await phone.value("session", null, (view) => view.phase === "signedOut" && view);
    expect(out.reason?.code).toBe("M_UNKNOWN_TOKEN");
    await phone.reload();
    await phone.value("session", null, (view) => view.phase === "signedOut" && !view.userId);
  });

  test("changes the password, and refuses a wrong one", async () => {
    const anna = await person("anna");
    const fresh = "another long password";
    const wrong = await anna.engine.command("session.changePassword", { old: "wrong", new: fresh });
    expect(wrong).toMatchObject({ ok: false, error: { code: "M_FORBIDDEN" } });
    await anna.do("session.changePassword", { old: PASSWORD, new: fresh });
    const view = await anna.do("session.server", { homeserver: server.url });
    expect(view).toMatchObject({ password: true, registration: "open" });
  });
});

describe("what is not sent yet", () => {
  test("can be thrown away, also a file on its way", async () => {
    const [anna, , roomId] = await two();
    anna.net = "down";
    const { id } = await anna.do("send.event", { roomId, ...text("не надо") });
    const blob = new Blob(["x".repeat(1_000)]);
    const { ids } = await anna.do("send.files", {
      roomId,
      files: [{ blob, name: "a.bin", mimetype: "application/octet-stream", kind: "file" }],
    });
    const shown = await anna.list("timeline", { roomId }, (rows) => {
      const own = rows.filter((row) => row.eventId === undefined);
      return own.length === 2 && own;
    });
    expect(shown.map((row) => row.id)).toEqual([id, ...ids]);
    for (const each of [id, ...ids]) await anna.do("send.redact", { roomId, eventId: each });
    await anna.value("connection", null, (view) => view.waiting === 0);
    anna.net = "up";
    anna.engine.hurry();
    await anna.do("send.event", { roomId, ...text("надо") });
    expect(await textsUpTo(anna, roomId, "надо")).toEqual(["надо"]);
  });

  test("is kept when it is refused, until a person decides", async () => {
    const [anna, boris, roomId] = await two();
    await anna.do("room.state", {
      roomId,
      type: "m.room.power_levels",
      stateKey: "",
      content: { events_default: 50, users: {} },
    });
    await boris.value("room", { roomId }, (room) => room?.may.send === false);
    await boris.do("send.event", { roomId, ...text("можно?") });
    const failed = await boris.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.state === "failed"),
    );
    expect(failed.error).toMatchObject({ code: "M_FORBIDDEN", status: 403 });
    await boris.reload();
    await boris.says(roomId, "можно?");
    await anna.do("room.power", { roomId, userId: boris.id, level: 50 });
    await boris.value("room", { roomId }, (room) => room?.may.send === true);
    await boris.do("send.retry", { id: failed.id });
    await anna.says(roomId, "можно?");
  });
});

describe("several devices", () => {
  test("what is read on one is read on the other", async () => {
    const [anna, boris, roomId] = await two();
    const phone = await another(boris);
    await anna.do("send.event", { roomId, ...text("Прочти") });
    const unread = (who: Person, messages: number) =>
      who.list("chats", null, (rows) =>
        rows.find((row) => row.id === roomId && row.unread.messages === messages),
      );
    await unread(phone, 1);
    const { eventId = "" } = await boris.says(roomId, "Прочти");
    await boris.do("timeline.read", { roomId, eventId, private: true });
    await unread(phone, 0);
    await phone.told((notice) => notice.kind === "read" && notice.roomId === roomId);
    await phone.told((notice) => notice.kind === "message" && notice.eventId === eventId);

    await phone.do("chat.markUnread", { roomId, unread: true });
    await boris.list("chats", null, (rows) =>
      rows.find((row) => row.id === roomId && row.unread.marked),
    );
  });

  test("drafts follow, but not those of encrypted chats", async () => {
    const [anna, , roomId] = await two();
    const { roomId: secret } = await anna.do("room.create", {
      kind: "group",
      name: "Secret",
      invite: [],
      encrypted: true,
      public: false,
    });
    const phone = await another(anna);
    await anna.do("draft.set", { roomId: secret, draft: { text: "тайна" } });
    await anna.do("draft.set", { roomId, draft: { text: "недописано" } });
    await anna.reload();
    await phone.value("draft", { roomId }, (draft) => draft?.text === "недописано");
    const chat = await phone.list("chats", null, (rows) => rows.find((row) => row.id === roomId));
    expect(chat.draft).toBe("недописано");
    await phone.value("draft", { roomId: secret }, (draft) => draft === null);
    await anna.value("draft", { roomId: secret }, (draft) => draft?.text === "тайна");
    await phone.do("draft.set", { roomId, draft: null });
    await phone.reload();
    await anna.value("draft", { roomId }, (draft) => draft === null);
  });

  test("the past is paged to its start, and found at a place", async () => {
    const [anna, boris, roomId] = await two();
    const all = Array.from({ length: 170 }, (_, index) => `${index + 1}`);
    const say = async (texts: string[]) => {
      for (const body of texts) await anna.do("send.event", { roomId, ...text(body) });
      await anna.value("connection", null, (view) => view.waiting === 0);
    };
    await say(all.slice(0, 20));
    const early = await anna.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.content.body === "20" && row.eventId),
    );
    await say(all.slice(20));
    const phone = await another(boris);
    const at = early.eventId ?? "";
    const around = await phone.list("timeline", { roomId, at }, (rows, head) => {
      const found = rows.some((row) => row.id === at);
      return found && { now: bodies(rows), head };
    });
    expect(around.head).toMatchObject({ anchor: at, live: false });
    expect(around.now).toContain("21");
    const seen: unknown[] = [];
    const stop = phone.engine.watchList("timeline", { roomId }, (head, rows) => {
      seen.splice(0, seen.length, ...bodies(rows));
      if (!head.atStart && !head.loading.back)
        void phone.do("timeline.more", { roomId, direction: "back" });
    });
    await phone.list("timeline", { roomId }, (_, head) => head.atStart);
    expect(seen).toEqual(all);
    stop();
  });

  test("what is far from what is seen is let go, and comes back out of the archive", async () => {
    const [anna, boris, roomId] = await two();
    const all = Array.from({ length: 90 }, (_, index) => `${index + 1}`);
    for (const body of all) await anna.do("send.event", { roomId, ...text(body) });
    await boris.says(roomId, "90");
    let rows: readonly ItemRecord[] = [];
    const stop = boris.engine.watchList("timeline", { roomId }, (_, shown) => {
      rows = shown;
    });
    const shows = (is: (texts: unknown[]) => boolean) =>
      vi.waitUntil(() => is(bodies(rows)), { timeout: 20_000 });
    const itemOf = (body: string) => rows.find((row) => row.content.body === body)?.id ?? "";
    while (!bodies(rows).includes("1"))
      await boris.do("timeline.more", { roomId, direction: "back" });

    boris.net = "down";
    const [from, to] = [itemOf("1"), itemOf("40")];
    await boris.do("timeline.trim", { roomId, from, to });
    await shows((texts) => texts.at(-1) === "40");
    boris.net = "up";
    await anna.do("send.event", { roomId, ...text("91") });
    await boris.list("chats", null, (chats) => chats.some(({ last }) => last?.body === "91"));
    expect(bodies(rows).at(-1)).toBe("40");

    boris.net = "down";
    await boris.do("timeline.more", { roomId, direction: "forward" });
    await boris.do("timeline.more", { roomId, direction: "forward" });
    await shows((texts) => texts.at(-1) === "91");
    expect(bodies(rows)).toEqual([...all, "91"]);
    await boris.do("timeline.trim", { roomId, from: itemOf("50"), to: itemOf("60") });
    await shows((texts) => texts[0] === "50" && texts.at(-1) === "60");
    await boris.do("timeline.more", { roomId, direction: "newest" });
    await shows((texts) => texts.at(-1) === "91");
    await boris.do("timeline.trim", { roomId, from: itemOf("70"), to: itemOf("80") });
    await shows((texts) => texts.at(-1) === "80");
    boris.net = "up";
    await anna.do("send.event", { roomId, ...text("92") });
    // Another tab that opens the chat sees its end, and the first one stays where it was.
    expect(await textsUpTo(boris, roomId, "92")).toContain("70");
    expect(bodies(rows)[0]).toBe("70");
    stop();
  });

  test("an archive is locked by a PIN, and wiped at the end", async () => {
    const [anna, boris, roomId] = await two();
    await boris.do("send.event", { roomId, ...text("внутри") });
    await anna.says(roomId, "внутри");
    await anna.do("session.setPin", { pin: "1234" });
    await anna.reload();
    await anna.value("session", null, (view) => view.phase === "locked");
    const wrong = await anna.engine.command("session.unlock", { pin: "4321" });
    expect(wrong).toMatchObject({ ok: false, error: { code: "wrongPin" } });
    anna.net = "down";
    await anna.do("session.unlock", { pin: "1234" });
    await anna.says(roomId, "внутри");
    anna.net = "up";
    await anna.do("session.signOut", { wipe: true });
    const out = await anna.value("session", null, (view) => view.phase === "signedOut" && view);
    expect(out.homeserver).toBe(server.url);
    const chats = await anna.engine.command("chat.markAllRead", null);
    expect(chats.ok).toBe(false);
  });
});

describe("chats", () => {
  test("are direct, with oneself, channels and spaces", async () => {
    const [anna, boris] = [await person("anna"), await person("boris")];
    const direct = await anna.do("room.direct", { userId: boris.id });
    expect(await anna.do("room.direct", { userId: boris.id })).toEqual(direct);
    const self = await anna.do("room.direct", { userId: anna.id });
    const base = { invite: [], encrypted: false, public: false };
    const space = await anna.do("room.create", { ...base, kind: "space", name: "Отдел" });
    const channel = await anna.do("room.create", {
      ...base,
      kind: "channel",
      name: "Новости",
      invite: [boris.id],
      parent: space.roomId,
    });
    const kinds = await anna.list("chats", null, (rows) => {
      const found = new Map(rows.map((row) => [row.id, row]));
      return found.get(channel.roomId)?.spaces.length === 1 && found;
    });
    expect(kinds.get(direct.roomId)).toMatchObject({
      kind: "direct",
      peer: boris.id,
      encrypted: true,
    });
    expect(kinds.get(self.roomId)).toMatchObject({ kind: "self", peer: anna.id });
    expect(kinds.get(channel.roomId)).toMatchObject({ kind: "channel", spaces: [space.roomId] });
    expect(kinds.get(space.roomId)).toMatchObject({ kind: "space" });

    const invited = await boris.list("chats", null, (rows) =>
      rows.find((row) => row.id === direct.roomId),
    );
    expect(invited).toMatchObject({
      kind: "direct",
      membership: "invite",
      inviter: { id: anna.id },
    });
    await boris.do("room.join", { roomIdOrAlias: direct.roomId });
    await boris.do("room.join", { roomIdOrAlias: channel.roomId });
    const view = await boris.value("room", { roomId: channel.roomId }, (room) => room);
    expect(view).toMatchObject({ kind: "channel", may: { send: false }, memberCount: 2 });
    await boris.list("chats", null, (rows) =>
      rows.find((row) => row.id === direct.roomId && row.kind === "direct" && row.peer === anna.id),
    );
    await boris.do("room.leave", { roomId: channel.roomId, forget: true });
    await boris.list("chats", null, (rows) => !rows.some((row) => row.id === channel.roomId));
  });

  test("guard what only some may do, and let members share where they are until they may not", async () => {
    const [anna, boris] = [await person("anna"), await person("boris")];
    const base = { invite: [boris.id], encrypted: false, public: false };
    for (const kind of ["channel", "group"] as const) {
      const { roomId } = await anna.do("room.create", { ...base, kind, name: kind });
      await boris.do("room.join", { roomIdOrAlias: roomId });
      const type = "m.room.power_levels";
      const levels = await anna.value("states", { roomId, type }, (states) => states[""]);
      expect(levels?.events).toMatchObject({
        "m.room.power_levels": 100,
        "m.room.encryption": 100,
        "m.room.server_acl": 100,
        "m.room.tombstone": 150,
        "m.room.name": 50,
      });
      await boris.value("room", { roomId }, (room) => room?.may.live === (kind === "group"));
    }
    const [group] = await anna.list("chats", null, (rows) =>
      rows.filter((row) => row.kind === "group"),
    );
    const roomId = group?.id ?? "";
    await anna.do("room.sharing", { roomId, level: 50 });
    const view = await boris.value("room", { roomId }, (room) => room?.may.live === false && room);
    expect(view).toMatchObject({ liveLevel: 50, inviteLevel: 0 });
  });

  test("are pinned, archived, muted and told of mentions alone", async () => {
    const [anna, boris, roomId] = await two();
    await boris.do("chat.setPinned", { roomId, pinned: true });
    await boris.do("chat.setArchived", { roomId, archived: true });
    await boris.do("chat.setNotify", { roomId, notify: "mentions" });
    const phone = await another(boris);
    await phone.list("chats", null, (rows) =>
      rows.find(
        (row) =>
          row.id === roomId && row.pinned === 0.5 && row.archived && row.notify === "mentions",
      ),
    );
    await anna.do("send.event", { roomId, ...text("всем") });
    const named = { ...text("тебе").content, "m.mentions": { user_ids: [boris.id] } };
    await anna.do("send.event", { roomId, type: "m.room.message", content: named });
    const chat = await boris.list("chats", null, (rows) =>
      rows.find((row) => row.id === roomId && row.last?.body === "тебе" && row.unread.mentions > 0),
    );
    expect(chat.unread.mentions).toBe(1);
    const notice = await boris.told((each) => each.kind === "message" && each.eventId !== "");
    expect(notice).toMatchObject({ body: `${localpart(anna.id)}: тебе` });
    await boris.do("chat.setNotify", { roomId, notify: "none", until: Date.now() + 60_000 });
    await phone.list("chats", null, (rows) =>
      rows.find((row) => row.id === roomId && row.notify === "none" && row.mutedUntil),
    );
    await boris.do("chat.setNotify", { roomId, notify: "all" });
    await phone.list("chats", null, (rows) =>
      rows.find((row) => row.id === roomId && row.notify === "all" && !row.mutedUntil),
    );
  });

  test("whose unread number went wrong are repaired", async () => {
    const [anna, boris, roomId] = await two();
    const unread = (messages: number) =>
      boris.list("chats", null, (rows) =>
        rows.find((row) => row.id === roomId && row.unread.messages === messages),
      );
    boris.tamper = (text) => text.replaceAll(/"notification_count":\d+/g, '"notification_count":7');
    await anna.do("send.event", { roomId, ...text("раз") });
    await unread(7);
    boris.tamper = (text) => text;
    expect(await boris.do("chat.checkCounts", null)).toEqual({ repaired: 1 });
    await unread(1);
    expect(await boris.do("chat.checkCounts", null)).toEqual({ repaired: 0 });
  });

  test("remind of a message when its time has come, on each device once", async () => {
    const [anna, boris, roomId] = await two();
    await anna.do("send.event", { roomId, ...text("Подать отчёт") });
    const { eventId = "" } = await boris.says(roomId, "Подать отчёт");
    const at = Date.now() + 20 * 60_000;
    await boris.do("reminder.set", { roomId, eventId, at });
    const phone = await another(boris);
    const row = await phone.list("reminders", null, (rows) => rows.find((each) => each.item));
    expect(row).toMatchObject({
      id: eventId,
      roomId,
      at,
      item: { content: { body: "Подать отчёт" } },
    });

    const rings = (who: Person) => who.notices.filter((each) => each.kind === "reminder");
    boris.ahead = 19 * 60_000;
    boris.engine.hurry();
    await boris.reload();
    expect(rings(boris)).toEqual([]);
    for (const device of [boris, phone]) {
      device.ahead = 21 * 60_000;
      device.engine.hurry();
      const notice = await device.told((each) => each.kind === "reminder");
      expect(notice).toMatchObject({ roomId, eventId, body: "Подать отчёт" });
    }
    await boris.reload();
    boris.engine.hurry();
    await boris.do("reminder.set", { roomId, eventId, at: null });
    await phone.list("reminders", null, (rows) => rows.length === 0);
    expect(rings(boris)).toHaveLength(1);
  });

  test("tell of an invitation at once", async () => {
    const [anna, boris] = [await person("anna"), await person("boris")];
    await boris.list("chats", null, (_, head) => head.complete);
    const { roomId } = await anna.do("room.direct", { userId: boris.id });
    const notice = await boris.told((each) => each.kind === "message" && each.roomId === roomId);
    expect(notice).toMatchObject({ eventId: "", title: localpart(anna.id) });
  });

  test("have members, found people, and what they pin", async () => {
    const [anna, boris, roomId] = await two();
    const members = await anna.list("members", { roomId }, (rows, head) => head.complete && rows);
    expect(members.map((member) => [member.id, member.membership])).toEqual([
      [anna.id, "join"],
      [boris.id, "join"],
    ]);
    const found = await anna.do("people.search", { text: boris.name, limit: 5 });
    expect(found.people.map((person) => person.id)).toContain(boris.id);
    await anna.do("send.event", { roomId, ...text("важное") });
    const { eventId = "" } = await boris.says(roomId, "важное");
    await anna.do("room.pin", { roomId, eventId, pinned: true });
    const pinned = await boris.list("pinned", { roomId }, (rows) => rows[0]);
    expect(pinned).toMatchObject({ eventId, pinned: true, content: { body: "важное" } });
  });
});
