import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Server, serve } from "../../test/depesha";
import { type House, keep, makeHouse, makeLevel, SECRET } from "../../test/house";
import { Person, text } from "../../test/person";
import type { ChatRecord, RoomView, UnitInvitesView } from "./records";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: Server;
let people: Person[] = [];
let count = 0;

beforeAll(async () => {
  server = await serve({ REGISTRATION_SHARED_SECRET: SECRET });
});
afterEach(async () => {
  for (const person of people) await person.close();
  people = [];
});
afterAll(() => server.stop());

async function newHouse(): Promise<House> {
  const house = await makeHouse(server, ++count);
  people.push(house.root, house.chief, house.clerk);
  return house;
}

const roomOf = (who: Person, roomId: string, want: (room: RoomView) => boolean) =>
  who.value("room", { roomId }, (room) => room !== null && want(room) && room);
const chatOf = (who: Person, roomId: string, want: (chat: ChatRecord) => boolean) =>
  who.list("chats", null, (rows) => rows.find((row) => row.id === roomId && want(row)));
const invitesOf = (who: Person, want: (box: UnitInvitesView) => boolean) =>
  who.value("unitInvites", null, (box) => want(box) && box);
const own = (who: Person, method: "GET" | "POST" | "DELETE", path: string, body?: object) =>
  who.engine.command("own.call", { method, path: `/_depesha/v1/${path}`, ...(body && { body }) });

/** A group of the chief's in which the clerk is. */
async function groupOf(house: House, encrypted = false): Promise<string> {
  const { roomId } = await house.chief.do("room.create", {
    kind: "group",
    name: "Право",
    invite: [house.clerk.id],
    encrypted,
    public: false,
    group: { kind: "basic", unit: house.law, isWhole: false },
  });
  await chatOf(house.clerk, roomId, () => true);
  await house.clerk.do("room.join", { roomIdOrAlias: roomId });
  return roomId;
}

test("a group has the kind it was made of; it may follow its unit, and narrow who invites", async () => {
  const house = await newHouse();
  const { chief, clerk, law } = house;
  const roomId = await groupOf(house);
  const seen = await roomOf(clerk, roomId, (room) => room.group !== undefined);
  expect(seen.group).toEqual({ kind: "basic", unit: law, isWhole: false });
  expect(seen.may).toMatchObject({ invite: true, group: false, mentionGroups: false });
  await chief.do("room.following", { roomId, isWhole: true });
  const followed = await roomOf(clerk, roomId, (room) => room.group?.isWhole === true);
  expect(followed.group?.unit).toBe(law);
  await chief.do("room.inviting", { roomId, level: 50 });
  const narrowed = await roomOf(clerk, roomId, (room) => room.inviteLevel === 50);
  expect(narrowed.may.invite).toBe(false);
  const refused = await clerk.engine.command("room.invite", { roomId, userIds: [house.root.id] });
  expect(refused.ok).toBe(false);
});

test("a unit is invited through its manager, and who asked sees what became of it", async () => {
  const house = await newHouse();
  const { root, chief, clerk, ministry } = house;
  const boss = await Person.register(server, `boss${count}`);
  people.push(boss);
  const works = await makeLevel(root, { name: "Дела", parent: ministry, manager: boss.id });
  const helper = await Person.register(server, `helper${count}`);
  people.push(helper);
  await keep(root, "PUT", `people/${helper.id}/posts/${works}`, { title: "Помощник" });
  const { roomId } = await chief.do("room.create", {
    kind: "group",
    name: "Проект",
    invite: [],
    encrypted: false,
    public: false,
    group: { kind: "project", unit: 0, isWhole: false },
  });
  const ask = (message: string) =>
    own(chief, "POST", `rooms/${encodeURIComponent(roomId)}/invite_unit`, { unit: works, message });
  await ask("Нужна помощь");
  const { incoming } = await invitesOf(boss, (box) => box.incoming.length === 1);
  expect(incoming[0]).toMatchObject({
    roomName: "Проект",
    unitId: works,
    message: "Нужна помощь",
    sender: { id: chief.id },
  });
  await own(boss, "POST", `unit_invites/${incoming[0]?.id}/refuse`, { reason: "Не сейчас" });
  const { outgoing } = await invitesOf(chief, (box) => box.outgoing[0]?.state === "refused");
  expect(outgoing[0]).toMatchObject({ reason: "Не сейчас", roomId, unitId: works });
  await ask("");
  const again = await invitesOf(boss, (box) => box.incoming.length === 1);
  const path = `unit_invites/${again.incoming[0]?.id}/approve`;
  await own(boss, "POST", path, { users: [helper.id] });
  await chatOf(helper, roomId, (chat) => chat.membership === "invite");
  const box = await invitesOf(chief, (now) => now.outgoing[0]?.state === "approved");
  expect(box.outgoing[0]?.invited).toBe(1);
  await own(chief, "DELETE", `unit_invites/${box.outgoing[0]?.id}`);
  await invitesOf(chief, (now) => now.outgoing.length === 0);
  expect((await invitesOf(clerk, () => true)).incoming).toEqual([]);
});

for (const encrypted of [false, true])
  test(`a mention of a unit or a named group is one for whom it means, ${encrypted ? "sealed" : "in clear"}`, async () => {
    const house = await newHouse();
    const { chief, clerk, root, law, courts } = house;
    const roomId = await groupOf(house, encrypted);
    const group = { name: "Дежурные", userIds: [clerk.id] };
    await chief.do("room.mentionGroup", { roomId, name: "", group });
    await roomOf(clerk, roomId, (room) => room.mentionGroups.length === 1);
    const say = (body: string, what: object) => {
      const { type, content } = text(body);
      const mentions = { "m.mentions": {}, "org.depesha.mentions": what };
      return chief.do("send.event", { roomId, type, content: { ...content, ...mentions } });
    };
    await say("Суды", { units: [courts] });
    await say("Право", { units: [law] });
    await say("Дежурные", { groups: ["Дежурные"] });
    await say("Никто", { groups: ["Прочие"] });
    await clerk.says(roomId, "Никто");
    const marks = await clerk.list("timeline", { roomId }, (rows) => {
      const said = rows.filter((row) => row.type === "m.room.message");
      const mine = said.filter((row) => row.mentionsMe).map((row) => row.content.body);
      return mine.length === 2 && mine;
    });
    expect(marks).toEqual(["Право", "Дежурные"]);
    const chat = await chatOf(clerk, roomId, (row) => row.unread.messages === 4);
    expect(chat.unread.mentions).toBe(2);
    expect(await clerk.do("chat.checkCounts", null)).toEqual({ repaired: 0 });
    const told = await clerk.told((notice) => notice.kind === "message" && notice.urgent);
    expect(told).toMatchObject({ roomId });
    // Who is moved into the courts is meant by them from then on.
    const moved = clerk.list("timeline", { roomId }, (rows) =>
      rows.some((row) => row.content.body === "Суды" && row.mentionsMe),
    );
    await keep(root, "PUT", `people/${clerk.id}/posts/${courts}`, { title: "Советник" });
    await moved;
  });

test("a named group is renamed and removed, and an edit calls only those named anew", async () => {
  const house = await newHouse();
  const { chief, clerk } = house;
  const roomId = await groupOf(house);
  const set = (name: string, to: string | null) =>
    chief.do("room.mentionGroup", {
      roomId,
      name,
      group: to === null ? null : { name: to, userIds: [clerk.id] },
    });
  await set("", "А");
  await roomOf(chief, roomId, (room) => room.mentionGroups[0]?.name === "А");
  await set("А", "Б");
  const renamed = await roomOf(chief, roomId, (room) => room.mentionGroups[0]?.name === "Б");
  expect(renamed.mentionGroups).toEqual([{ name: "Б", userIds: [clerk.id] }]);
  const { type, content } = text("@Б");
  const mention = { "org.depesha.mentions": { units: [], groups: ["Б"] } };
  await chief.do("send.event", { roomId, type, content: { ...content, ...mention } });
  const { eventId = "" } = await clerk.says(roomId, "@Б");
  const edited = { ...text("@Б!").content, ...mention };
  await chief.do("send.edit", { roomId, eventId, content: edited });
  const item = await clerk.list("timeline", { roomId }, (rows) =>
    rows.find((row) => row.content.body === "@Б!"),
  );
  expect(item.mentionsMe).toBe(true);
  const chat = await chatOf(clerk, roomId, (row) => row.unread.mentions > 0);
  expect(chat.unread.mentions).toBe(1);
  await set("Б", null);
  await roomOf(clerk, roomId, (room) => room.mentionGroups.length === 0);
});
