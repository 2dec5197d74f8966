import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Server, serve } from "../../test/depesha";
import { chatOf, Person, text } from "../../test/person";
import { isShown } from "./content";
import { isOwnItem } from "./items";
import type { EventData, Kid, OutboxData } from "./stored";
import { ACK, ackOf, URGENT, urgentOf } from "./urgent";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe("what is urgent", () => {
  const me = "@me:x";
  const data = (content: object, kids: readonly Kid[] = []): EventData => ({
    event: {
      type: "m.room.message",
      event_id: "$1",
      sender: "@anna:x",
      origin_server_ts: 1,
      content: { msgtype: "m.text", body: "!", ...content },
    },
    kids,
  });
  const ack = (sender: string, ts: number, more: Partial<Kid> = {}): Kid => ({
    id: `$${ts}`,
    sender,
    ts,
    rel: ACK,
    type: ACK,
    content: ackOf("$1"),
    ...more,
  });

  test("is so by its mark alone, and not once it is deleted", () => {
    expect(urgentOf(data({ [URGENT]: {} }), me)).toEqual({ acks: [] });
    expect(urgentOf(data({}), me)).toBeUndefined();
    expect(urgentOf(data({ [URGENT]: true }), me)).toBeUndefined();
    const edit = { [URGENT]: {}, "m.relates_to": { rel_type: "m.replace", event_id: "$0" } };
    expect(urgentOf(data(edit), me)).toBeUndefined();
    const gone = { ...data({ [URGENT]: {} }), redaction: { by: me } };
    expect(urgentOf(gone, me)).toBeUndefined();
  });

  test("counts everybody once, the sender not at all", () => {
    const kids = [
      ack("@boris:x", 5),
      ack("@boris:x", 6),
      ack("@anna:x", 7),
      ack(me, 8),
      ack("@eve:x", 9, { type: "m.reaction" }),
    ];
    expect(urgentOf(data({ [URGENT]: {} }, kids), me)).toEqual({
      acks: [
        { id: "@boris:x", ts: 5 },
        { id: me, ts: 8 },
      ],
      mine: { ts: 8, waiting: false },
    });
    const waiting = [ack(me, 8, { id: "~1", txn: "~1" })];
    expect(urgentOf(data({ [URGENT]: {} }, waiting), me)?.mine).toEqual({ ts: 8, waiting: true });
  });

  test("acknowledgements are no items of their own", () => {
    const event = { ...data({}).event, type: ACK, content: ackOf("$1") };
    expect(isShown({ event })).toBe(false);
    expect(isOwnItem({ type: ACK, content: ackOf("$1") } as unknown as OutboxData)).toBe(false);
  });
});

describe("two people", () => {
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

  async function two(encrypted = false): Promise<[Person, Person, string]> {
    const number = ++count;
    const anna = await Person.register(server, `urgent-anna${number}`);
    const boris = await Person.register(server, `urgent-boris${number}`);
    people.push(anna, boris);
    return [anna, boris, await chatOf(anna, boris, encrypted)];
  }

  const urgent = (body: string) => ({ ...text(body), urgent: true });
  const awaited = (who: Person, bodies: readonly string[]) =>
    who.list(
      "awaiting",
      null,
      (rows) =>
        rows.length === bodies.length &&
        rows.every((row, index) => row.content.body === bodies[index]) &&
        rows,
    );

  test.each([false, true])("acknowledge, encrypted: %s", async (encrypted) => {
    const [anna, boris, roomId] = await two(encrypted);
    await boris.do("chat.setNotify", { roomId, notify: "none" });
    await boris.list("chats", null, (rows) =>
      rows.find((row) => row.id === roomId && row.notify === "none"),
    );
    await anna.do("send.event", { roomId, ...urgent("Сбор в десять") });
    const [row] = await awaited(boris, ["Сбор в десять"]);
    // It is told also of a chat that is muted.
    const notice = await boris.told((each) => each.kind === "message" && each.eventId !== "");
    expect(notice).toMatchObject({ urgent: true, sound: true });
    expect(row).toMatchObject({ roomId, sender: anna.id, urgent: { acks: [] } });
    const eventId = row?.eventId ?? "";
    await anna.value("reached", { roomId, eventId }, (seen) => seen?.notReached.length === 1);

    await boris.do("send.acknowledge", { roomId, eventId });
    await boris.do("send.acknowledge", { roomId, eventId });
    await awaited(boris, []);
    const acked = await anna.list("timeline", { roomId }, (rows) =>
      rows.find((each) => each.urgent?.acks.length === 1),
    );
    expect(acked.urgent?.acks).toMatchObject([{ id: boris.id }]);
    const view = await anna.value(
      "reached",
      { roomId, eventId },
      (seen) => seen?.acknowledged.length === 1 && seen,
    );
    expect(view).toMatchObject({ addressed: 1, seen: [], notReached: [], substituted: [] });
    expect(view.acknowledged).toMatchObject([{ id: boris.id }]);
    // The receiver is not told whom else it has reached.
    expect(await boris.value("reached", { roomId, eventId }, (seen) => seen === null)).toBe(true);
  });

  test("what is acknowledged without the network leaves by itself", async () => {
    const [anna, boris, roomId] = await two();
    await anna.do("send.event", { roomId, ...urgent("Тревога") });
    const [row] = await awaited(boris, ["Тревога"]);
    const eventId = row?.eventId ?? "";
    await boris.says(roomId, "Тревога");
    boris.net = "down";
    await boris.do("send.acknowledge", { roomId, eventId });
    await awaited(boris, []);
    const mine = (want: boolean) =>
      boris.list("timeline", { roomId }, (rows) =>
        rows.find((each) => each.urgent?.mine?.waiting === want),
      );
    await mine(true);
    await boris.kill();
    await mine(true);
    boris.net = "up";
    boris.engine.hurry();
    await mine(false);
    await anna.list("timeline", { roomId }, (rows) =>
      rows.find((each) => each.urgent?.acks.length === 1),
    );
  });

  test("what is changed before it leaves is urgent still", async () => {
    const [anna, boris, roomId] = await two();
    anna.net = "down";
    const { id } = await anna.do("send.event", { roomId, ...urgent("Тревга") });
    await anna.says(roomId, "Тревга");
    await anna.do("send.edit", { roomId, eventId: id, content: text("Тревога").content });
    anna.net = "up";
    anna.engine.hurry();
    await awaited(boris, ["Тревога"]);
  });

  test("another device knows what awaits, and what was acknowledged elsewhere", async () => {
    const [anna, boris, roomId] = await two();
    for (let number = 0; number < 30; number++)
      await anna.do("send.event", {
        roomId,
        ...(number === 0 ? urgent("Давно") : text(`${number}`)),
      });
    const [row] = await awaited(boris, ["Давно"]);
    const second = await Person.signIn(server, boris.name, `${boris.name}-2`);
    people.push(second);
    await awaited(second, ["Давно"]);
    await second.do("send.acknowledge", { roomId, eventId: row?.eventId ?? "" });
    await awaited(boris, []);
    // Too late here, and nobody is bothered with that.
    boris.net = "up";
    expect(boris.notices.filter((notice) => notice.kind === "failure")).toEqual([]);
  });
});
