/**
 * The institution as one sees it: asked for when it is looked at, kept in the archive so that it
 * opens without the server, and asked again when a sync tells that something of it changed.
 */

import { FailureError } from "../base/errors";
import { match } from "../base/fuzzy";
import { localpart, type UserId } from "../base/ids";
import { otherLayout } from "../base/layout";
import { part } from "./http";
import { searchPeople } from "./people";
import type {
  CardRecord,
  ContactsView,
  Content,
  EmployeeRecord,
  FoundRecord,
  UnitRecord,
  WhoRecord,
} from "./records";
import { isObject, listOf, numberOf, objectsOf, textOf, textsOf } from "./wire";
import type { World } from "./world";

const OWN = "/_depesha/v1/org";
export const ORG = "org.depesha.org";
export const CONTACTS = "org.depesha.contacts";

/** What is kept of something, and whether the server said so since it last changed. */
export interface Kept<T> {
  value: T | undefined;
  isFresh: boolean;
}

export interface Found {
  units: UnitRecord[];
  people: FoundRecord[];
  /** False while there are levels that were not looked into: ask again. */
  complete: boolean;
}

export interface Org {
  units: Look<readonly UnitRecord[]>;
  level(unitId: number): Look<readonly EmployeeRecord[]>;
  card(userId: UserId): Look<CardRecord>;
  /** Levels and people that answer `text`, the best first. */
  find(text: string, limit: number): Promise<Found>;
  /** Everyone of the levels and of all below them, without oneself. */
  peopleOf(unitIds: readonly number[]): Promise<EmployeeRecord[]>;
}

/** Something that is kept and can be asked for anew. */
export interface Look<T> {
  kept(): Promise<Kept<T>>;
  /** Asks the server, unless what is kept is fresh. Throws what the server refuses. */
  fetch(): Promise<T | undefined>;
}

export function makeOrg(world: World): Org {
  const known = new Map<string, unknown>();
  const fresh = new Set<string>();
  const asking = new Map<string, Promise<unknown>>();

  world.topics.watch([`account:${ORG}`], () => {
    forget(world.account.get(ORG) ?? {});
    world.topics.touch("org");
  });
  // Whom one may write to follows from contacts too.
  world.topics.watch([`account:${CONTACTS}`], () => {
    forgetCards();
    world.topics.touch("org");
  });

  function forgetCards(): void {
    for (const key of [...fresh]) if (key.startsWith("org/@")) fresh.delete(key);
  }

  /** What the sync names is no longer fresh. */
  function forget(told: Content): void {
    if (told.all === true) fresh.clear();
    const units = listOf(told.units).filter((each) => typeof each === "number");
    const people = new Set(textsOf(told, "people"));
    if (units.length > 0) fresh.delete("org");
    for (const unit of units) fresh.delete(`org/${unit}`);
    forgetCards();
    for (const [key, value] of known)
      if (
        Array.isArray(value) &&
        value.some((each: { id: unknown }) => people.has(String(each.id)))
      )
        fresh.delete(key);
  }

  function look<T>(
    key: string,
    path: string,
    read: (answer: Content) => T,
    isWanted: () => boolean = () => true,
  ): Look<T> {
    async function kept(): Promise<Kept<T>> {
      if (!known.has(key)) {
        const stored = await world.archive.value<T>(key);
        if (!known.has(key) && stored !== undefined) known.set(key, stored);
      }
      return { value: known.get(key) as T | undefined, isFresh: fresh.has(key) };
    }
    async function ask(): Promise<T | undefined> {
      fresh.add(key);
      try {
        const value = read(await world.http.json<Content>("GET", path, { retries: 1 }));
        known.set(key, value);
        await world.archive.commit([{ put: "values", key, value }]);
        return value;
      } catch (error) {
        fresh.delete(key);
        if (isMissing(error)) {
          known.delete(key);
          await world.archive.commit([{ drop: "values", key }]);
        }
        throw error;
      }
    }
    return {
      kept,
      async fetch() {
        const under = asking.get(key) as Promise<T> | undefined;
        if (under) return under;
        if (fresh.has(key) || !isWanted()) return (await kept()).value;
        const asked = ask().finally(() => asking.delete(key));
        asking.set(key, asked);
        return asked;
      },
    };
  }

  const units = look("org", `${OWN}/tree`, unitsIn);
  const level = (unitId: number) =>
    look(`org/${unitId}`, `${OWN}/units/${unitId}/people`, (answer) => employeesIn(answer));
  // Without a tree there are no cards, and nobody need be asked about.
  const card = (userId: UserId) =>
    look(
      `org/${userId}`,
      `${OWN}/people/${part(userId)}`,
      (answer) => cardOf(answer, userId),
      () => world.account.has(ORG),
    );

  /** Has the people of some more levels at hand; true when that was all, or all one can get. */
  async function loadLevels(all: readonly UnitRecord[]): Promise<boolean> {
    const missing: number[] = [];
    for (const unit of all)
      if ((await level(unit.id).kept()).value === undefined) missing.push(unit.id);
    const failed = await inTurns(missing.slice(0, MOST_FILLED), (id) => level(id).fetch());
    return failed > 0 || missing.length <= MOST_FILLED;
  }

  let asked = { text: "", people: Promise.resolve<FoundRecord[]>([]) };
  /** What the server's own search finds; asked once while one looks for the same. */
  function served(text: string, limit: number): Promise<FoundRecord[]> {
    if (asked.text !== text) asked = { text, people: searchServer(world, text, limit) };
    return asked.people;
  }

  function score(text: string, person: EmployeeRecord): number {
    const { name, title, id, room } = person;
    return match(text, `${name} ${title} ${localpart(id)} ${room ?? ""}`);
  }

  async function find(text: string, limit: number) {
    const all = (await units.fetch().catch(async () => (await units.kept()).value)) ?? [];
    const [others, complete] = await Promise.all([served(text, limit), loadLevels(all)]);
    const scored = new Map<UserId, { person: FoundRecord; score: number }>();
    for (const unit of all)
      for (const person of (await level(unit.id).kept()).value ?? []) {
        const points = score(text, person);
        if (points <= (scored.get(person.id)?.score ?? 0)) continue;
        scored.set(person.id, { person: { ...person, unit: unit.name }, score: points });
      }
    for (const person of others)
      if (!scored.has(person.id)) scored.set(person.id, { person, score: 1 });
    const people = [...scored.values()].sort(byScore).slice(0, limit);
    const found = all
      .map((unit) => ({ unit, score: match(text, unit.name) }))
      .filter((each) => each.score > 0)
      .sort(byScore);
    return {
      units: found.slice(0, limit).map((each) => each.unit),
      people: people.map((each) => each.person),
      complete,
    };
  }

  async function peopleOf(unitIds: readonly number[]): Promise<EmployeeRecord[]> {
    const all = (await units.fetch().catch(async () => (await units.kept()).value)) ?? [];
    const ids = [...withBelow(all, unitIds)];
    await inTurns(ids, (id) => level(id).fetch());
    const people = new Map<UserId, EmployeeRecord>();
    for (const id of ids)
      for (const person of (await level(id).kept()).value ?? []) people.set(person.id, person);
    people.delete(world.me);
    return [...people.values()];
  }

  return { units, level, card, find, peopleOf };
}

/** Levels whose people are asked for before a search answers. */
const MOST_FILLED = 40;
const AT_ONCE = 4;

/** Runs `act` for each, a few at once; how many failed. */
async function inTurns<T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<number> {
  let failed = 0;
  const left = all[Symbol.iterator]();
  const work = async () => {
    for (const one of left)
      await act(one).catch(() => {
        failed++;
      });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

function byScore(a: { score: number }, b: { score: number }): number {
  return b.score - a.score;
}

async function searchServer(world: World, text: string, limit: number): Promise<FoundRecord[]> {
  const ask = (words: string) => searchPeople(world, words, limit).catch(() => ({ people: [] }));
  const answers = await Promise.all([ask(text), ask(otherLayout(text))]);
  return answers
    .flatMap((answer) => answer.people)
    .map(({ id, name, avatar, presence }) => ({
      id,
      name,
      title: "",
      isManager: false,
      ...(avatar !== undefined && { avatar }),
      ...(presence !== undefined && { presence }),
    }));
}

/** The levels and all below them. A level stands before those below it. */
function withBelow(units: readonly UnitRecord[], ids: readonly number[]): Set<number> {
  const found = new Set(ids);
  for (const unit of units)
    if (unit.parent !== undefined && found.has(unit.parent)) found.add(unit.id);
  return found;
}

function isMissing(error: unknown): boolean {
  return error instanceof FailureError && error.failure.status === 404;
}

// ── What the server's answers say ──────────────────────────────────────────────────────────────

function unitsIn(answer: Content): UnitRecord[] {
  return objectsOf(answer, "units").map((unit) => {
    const parent = numberOf(unit, "parent", 0);
    const manager = textOf(unit, "manager");
    return {
      id: numberOf(unit, "unit_id", 0),
      kind: textOf(unit, "kind") ?? "unit",
      name: textOf(unit, "name") ?? "",
      rights: textsOf(unit, "rights"),
      ...(parent > 0 && { parent }),
      ...(manager !== undefined && { manager }),
    };
  });
}

function employeesIn(answer: Content): EmployeeRecord[] {
  return objectsOf(answer, "people").flatMap((person) => {
    const id = textOf(person, "user_id");
    if (id === undefined) return [];
    const photo = textOf(person, "photo");
    const room = textOf(person, "room");
    const phone = textOf(person, "phone");
    return {
      id,
      name: textOf(person, "name") ?? localpart(id),
      title: textOf(person, "title") ?? "",
      isManager: person.is_manager === true,
      ...(person.is_post === true && { isPost: true as const }),
      ...(photo !== undefined && { avatar: photo }),
      ...(room !== undefined && { room }),
      ...(phone !== undefined && { phone }),
    };
  });
}

function datesIn(told: Content, key: string): WhoRecord["deputies"] {
  return objectsOf(told, key).map((each) => ({
    id: textOf(each, "user_id") ?? "",
    since: numberOf(each, "since_ts", 0),
    until: numberOf(each, "until_ts", 0),
  }));
}

/** Who somebody is, as the server describes them. */
export function whoOf(told: Content, userId: UserId): WhoRecord {
  const name = textOf(told, "name");
  const photo = textOf(told, "photo");
  const room = textOf(told, "room");
  const phone = textOf(told, "phone");
  const place = (each: Content) => ({
    unitId: numberOf(each, "unit_id", 0),
    path: textsOf(each, "path"),
    title: textOf(each, "title") ?? "",
  });
  return {
    id: textOf(told, "user_id") ?? userId,
    name: name ?? localpart(userId),
    posts: objectsOf(told, "posts").map(place),
    manages: objectsOf(told, "manages").map(place),
    deputies: datesIn(told, "deputies"),
    ...(photo !== undefined && { avatar: photo }),
    ...(room !== undefined && { room }),
    ...(phone !== undefined && { phone }),
  };
}

function cardOf(told: Content, userId: UserId): CardRecord {
  const manager = textOf(told, "manager");
  const rule = textOf(told, "rule");
  const ask = textOf(told, "ask");
  return {
    ...whoOf(told, userId),
    mayWrite: told.may_write !== false,
    standsFor: datesIn(told, "stands_for"),
    ...("rights" in told && { rights: textsOf(told, "rights") }),
    ...(manager !== undefined && { manager }),
    ...(rule !== undefined && { rule }),
    ...(ask !== undefined && { ask }),
  };
}

/** Requests, strangers and blocks, as the sync last told of them; `strangers` where it did. */
export function contactsOf(world: World): ContactsView {
  const told = world.account.get(CONTACTS) ?? {};
  const who = (content: Content, key: string): WhoRecord => {
    const sender = content[key];
    const described = isObject(sender) ? sender : {};
    return whoOf(described, textOf(described, "user_id") ?? "");
  };
  const strangers = textOf(told, "strangers");
  return {
    incoming: objectsOf(told, "incoming").map((each) => ({
      sender: who(each, "sender"),
      target: textOf(each, "target") ?? world.me,
      message: textOf(each, "message") ?? "",
      ts: numberOf(each, "ts", 0),
    })),
    outgoing: objectsOf(told, "outgoing").map((each) => ({
      id: textOf(each, "user_id") ?? "",
      ts: numberOf(each, "ts", 0),
    })),
    held: objectsOf(told, "held").map((each) => ({
      roomId: textOf(each, "room_id") ?? "",
      sender: who(each, "sender"),
    })),
    blocked: textsOf(told, "blocked"),
    ...(strangers !== undefined && { strangers }),
  };
}

/** Rooms to which strangers invited: they do not ring. */
export function heldRooms(world: World): ReadonlySet<string> {
  return new Set(contactsOf(world).held.map((each) => each.roomId));
}
