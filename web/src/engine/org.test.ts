import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { PASSWORD, type Server, serve } from "../../test/depesha";
import { Person } from "../../test/person";
import type { CardRecord, EmployeeRecord, UnitRecord } from "./records";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SECRET = "a secret of tests";
const ADMIN = "/_depesha/v1/admin/org";

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

/** An administrator, made as Synapse's tools make one. */
async function makeAdmin(name: string): Promise<Person> {
  const url = `${server.url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(url)).json()) as { nonce: string };
  const signed = [nonce, name, PASSWORD, "admin"].join("\0");
  const mac = createHmac("sha1", SECRET).update(signed).digest("hex");
  const body = { nonce, username: name, password: PASSWORD, admin: true, mac };
  await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return kept(await Person.signIn(server, name, `org-${name}`));
}

function kept(person: Person): Person {
  people.push(person);
  return person;
}

interface House {
  root: Person;
  chief: Person;
  clerk: Person;
  law: number;
  courts: number;
}

const keep = (root: Person, method: "POST" | "PUT", path: string, body: object) =>
  root.do("own.call", { method, path: `${ADMIN}/${path}`, body });

/** Ministry > Law (chief, clerk) > Courts. */
async function makeHouse(): Promise<House> {
  const number = ++count;
  const root = await makeAdmin(`root${number}`);
  const chief = kept(await Person.register(server, `chief${number}`));
  const clerk = kept(await Person.register(server, `clerk${number}`));
  const level = async (body: object) => {
    const answer = await keep(root, "POST", "units", body);
    return (answer.body as { unit_id: number }).unit_id;
  };
  const ministry = await level({ name: "Министерство" });
  const law = await level({ name: "Право", parent: ministry, manager: chief.id });
  const courts = await level({ name: "Суды", parent: law });
  await keep(root, "PUT", `people/${clerk.id}/posts/${law}`, { title: "Юрист" });
  await keep(root, "PUT", `people/${clerk.id}`, { name: "Анна Юристова" });
  return { root, chief, clerk, law, courts };
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
  const { root, chief, clerk, law } = await makeHouse();
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
  const { root, chief, clerk, law, courts } = await makeHouse();
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
  const { chief, law } = await makeHouse();
  // Once the sync tells of this, it has told of all that was changed before.
  await chief.do("room.create", { kind: "group", invite: [], encrypted: false, public: false });
  await peopleOf(chief, law, (_, state) => state === "whole");
  await peopleOf(chief, law, (_, state) => state === "whole");
  const path = `GET /_depesha/v1/org/units/${law}/people`;
  expect(chief.requests.filter((request) => request === path)).toHaveLength(1);
});

test("everyone of a level and of those below is one person each, without oneself", async () => {
  const { root, chief, clerk, law, courts } = await makeHouse();
  await keep(root, "PUT", `people/${clerk.id}/posts/${courts}`, { title: "Советник" });
  const { people: all } = await chief.do("org.people", { unitIds: [law] });
  expect(all.map((person) => person.id)).toEqual([clerk.id]);
});

test("who is blocked is refused by the server too, until unblocked", async () => {
  const { chief, clerk } = await makeHouse();
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
