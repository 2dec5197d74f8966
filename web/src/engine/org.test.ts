import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Server, serve } from "../../test/depesha";
import { type House, keep, makeHouse, SECRET } from "../../test/house";
import { Person } from "../../test/person";
import type { CardRecord, EmployeeRecord, UnitRecord } from "./records";

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

function kept(person: Person): Person {
  people.push(person);
  return person;
}

async function newHouse(): Promise<House> {
  const house = await makeHouse(server, ++count);
  people.push(house.root, house.chief, house.clerk);
  return house;
}

const unitsOf = (who: Person, want: (units: readonly UnitRecord[]) => boolean) =>
  who.value("institution", null, (seen) => seen !== null && want(seen.units) && seen);
const peopleOf = (
  who: Person,
  unitId: number,
  want: (people: readonly EmployeeRecord[], state: string) => boolean,
) => who.list("unit", { unitId }, (rows, head) => want(rows, head.state) && rows);
const cardOf = (who: Person, userId: string, want: (card: CardRecord) => boolean) =>
  who.value("card", { userId }, (card) => card !== null && want(card) && card);

test("an open level follows what changes", async () => {
  const { root, chief, clerk, law } = await newHouse();
  const [first] = await peopleOf(chief, law, (rows) => rows.length === 2);
  expect(first).toMatchObject({ id: chief.id, isManager: true });
  const renamed = peopleOf(chief, law, (rows) => rows.some((row) => row.name === "Анна Новикова"));
  await keep(root, "PUT", `people/${clerk.id}`, { name: "Анна Новикова" });
  expect((await renamed)[1]).toMatchObject({ id: clerk.id, title: "Юрист" });
  const moved = unitsOf(chief, (units) => units.some((unit) => unit.name === "Право и надзор"));
  await keep(root, "PUT", `units/${law}`, { name: "Право и надзор" });
  await moved;
});

test("what was looked at opens without the server, and is asked for anew with it", async () => {
  const { root, chief, clerk, law, courts } = await newHouse();
  await unitsOf(chief, (units) => units.length === 3);
  await peopleOf(chief, law, (rows) => rows.length === 2);
  await cardOf(chief, clerk.id, (card) => card.name === "Анна Юристова");
  chief.net = "down";
  await keep(root, "PUT", `units/${courts}`, { name: "Судебный отдел" });
  await chief.reload();
  const away = await chief.value("institution", null, (seen) => seen?.kept && seen);
  expect(away.units.map((unit) => unit.name)).toEqual(["Министерство", "Право", "Суды"]);
  await peopleOf(chief, law, (rows, state) => state === "kept" && rows.length === 2);
  expect((await cardOf(chief, clerk.id, () => true)).posts[0]?.path).toEqual([
    "Министерство",
    "Право",
  ]);
  // Nothing is kept of what was never looked at, and that is said.
  await peopleOf(chief, courts, (rows, state) => state === "kept" && rows.length === 0);
  const { people: found } = await chief.do("org.find", { text: "Юристава", limit: 5 });
  expect(found.map((person) => person.id)).toEqual([clerk.id]);
  const back = unitsOf(chief, (units) => units.some((unit) => unit.name === "Судебный отдел"));
  chief.net = "up";
  await back;
});

test("a level is asked for once while nothing changes", async () => {
  const { chief, law } = await newHouse();
  // Once the sync tells of this, it has told of all that was changed before.
  await chief.do("room.create", { kind: "group", invite: [], encrypted: false, public: false });
  await peopleOf(chief, law, (_, state) => state === "whole");
  await peopleOf(chief, law, (_, state) => state === "whole");
  const path = `GET /_depesha/v1/org/units/${law}/people`;
  expect(chief.requests.filter((request) => request === path)).toHaveLength(1);
});

test("everyone of a level and of those below is one person each, without oneself", async () => {
  const { root, chief, clerk, law, courts } = await newHouse();
  await keep(root, "PUT", `people/${clerk.id}/posts/${courts}`, { title: "Советник" });
  const { people: all } = await chief.do("org.people", { unitIds: [law] });
  expect(all.map((person) => person.id)).toEqual([clerk.id]);
});

test("who is blocked is refused by the server too, until unblocked", async () => {
  const { chief, clerk } = await newHouse();
  const blocked = () => clerk.value("contacts", null, (box) => box.blocked.length === 1 && box);
  await clerk.do("people.ignore", { userId: chief.id, ignored: true });
  expect((await blocked()).blocked).toEqual([chief.id]);
  const ask = { kind: "direct", invite: [clerk.id], encrypted: false, public: false } as const;
  const refused = await chief.engine.command("room.create", ask);
  expect(refused).toMatchObject({
    ok: false,
    error: { fields: { "org.depesha.rule": "not_wanted", "org.depesha.target": clerk.id } },
  });
  await clerk.do("people.ignore", { userId: chief.id, ignored: false });
  await chief.do("room.create", ask);
});

test("a stranger's invitation waits without a ring or a number", async () => {
  const bare = await serve();
  try {
    const anna = kept(await Person.register(bare, "anna"));
    const boris = kept(await Person.register(bare, "boris"));
    const strangers = (policy: string) =>
      boris.do("own.call", {
        method: "PUT",
        path: "/_depesha/v1/contacts/strangers",
        body: { strangers: policy },
      });
    const invite = { kind: "group", invite: [boris.id], encrypted: false, public: false } as const;
    await strangers("ask");
    const quiet = await anna.do("room.create", { ...invite, name: "Quiet" });
    const box = await boris.value("contacts", null, (seen) => seen.held.length === 1 && seen);
    expect(box.held[0]).toMatchObject({ roomId: quiet.roomId, sender: { id: anna.id } });
    await boris.list("chats", null, (rows) => rows.some((row) => row.id === quiet.roomId));
    expect(await boris.value("totals", null, (totals) => totals)).toMatchObject({ chats: 0 });
    await strangers("open");
    const loud = await anna.do("room.create", { ...invite, name: "Loud" });
    await boris.told((notice) => notice.kind === "message" && notice.roomId === loud.roomId);
    expect(boris.notices.map((notice) => "roomId" in notice && notice.roomId)).toEqual([
      loud.roomId,
    ]);
  } finally {
    for (const person of people.splice(0)) await person.close();
    await bare.stop();
  }
});
