/** The units that one may ask: for who has the right, those of the console; else those one sees. */

import type { Client } from "../../bridge/client";

export interface Unit {
  id: number;
  /** With the names of the units above it. */
  path: string;
}

interface Told {
  unit_id: number;
  name: string;
  parent?: number;
  manager?: string;
}

/** Each unit with its path; where `within` is given, those units and what is below them alone. */
export function withPaths(told: readonly Told[], within?: ReadonlySet<number>): Unit[] {
  const byId = new Map(told.map((unit) => [unit.unit_id, unit]));
  const above = (unit: Told): Told[] => {
    const found: Told[] = [];
    for (let at: Told | undefined = unit; at && found.length < 100; ) {
      found.unshift(at);
      at = at.parent === undefined ? undefined : byId.get(at.parent);
    }
    return found;
  };
  return told.flatMap((unit) => {
    const way = above(unit);
    if (within && !way.some(({ unit_id: id }) => within.has(id))) return [];
    return [{ id: unit.unit_id, path: way.map(({ name }) => name).join(" › ") }];
  });
}

async function get<T>(client: Client, path: string): Promise<T | undefined> {
  const answer = await client.command("own.call", { method: "GET", path });
  return answer.ok ? (answer.value.body as T) : undefined;
}

interface Me {
  user_id: string;
  rights: readonly string[];
  units: readonly { unit_id: number; rights: readonly string[] }[];
}

interface OwnCard {
  manages?: readonly { unit_id: number }[];
  stands_for?: readonly { user_id: string; since_ts: number; until_ts: number }[];
}

const RIGHT = "surveys.send";

/** The units that the server lets one ask; undefined for who may ask nobody but in chats. */
export async function loadAskable(client: Client): Promise<readonly Unit[] | undefined> {
  const me = await get<Me>(client, "/_depesha/v1/me");
  if (!me) return undefined;
  if (me.rights.includes(RIGHT) || me.units.some(({ rights }) => rights.includes(RIGHT))) {
    const whole = await get<{ units: readonly Told[] }>(client, "/_depesha/v1/admin/org/units");
    return withPaths(whole?.units ?? []);
  }
  const card = (id: string) =>
    get<OwnCard>(client, `/_depesha/v1/org/people/${encodeURIComponent(id)}`);
  const own = await card(me.user_id);
  const now = Date.now();
  const absent = (own?.stands_for ?? []).filter(
    ({ since_ts: since, until_ts: until }) => since <= now && now < until,
  );
  const cards = [own, ...(await Promise.all(absent.map(({ user_id: id }) => card(id))))];
  const mine = new Set(cards.flatMap((one) => one?.manages ?? []).map(({ unit_id: id }) => id));
  if (mine.size === 0) return undefined;
  const seen = await get<{ units: readonly Told[] }>(client, "/_depesha/v1/org/tree");
  return withPaths(seen?.units ?? [], mine);
}
