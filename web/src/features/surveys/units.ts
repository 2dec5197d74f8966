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

/** The units that the server lets one ask; none where that is not known. */
export async function loadAskable(client: Client): Promise<readonly Unit[]> {
  const me = await get<{
    user_id: string;
    rights: readonly string[];
    units: readonly { unit_id: number; rights: readonly string[] }[];
  }>(client, "/_depesha/v1/me");
  if (!me) return [];
  const isKeeper =
    me.rights.includes("surveys.send") ||
    me.units.some(({ rights }) => rights.includes("surveys.send"));
  const path = `/_depesha/v1/${isKeeper ? "admin/org/units" : "org/tree"}`;
  const tree = await get<{ units: readonly Told[] }>(client, path);
  if (isKeeper) return withPaths(tree?.units ?? []);
  const card = await get<{
    manages?: readonly { unit_id: number }[];
  }>(client, `/_depesha/v1/org/people/${encodeURIComponent(me.user_id)}`);
  const mine = new Set((card?.manages ?? []).map(({ unit_id: id }) => id));
  return mine.size > 0 ? withPaths(tree?.units ?? [], mine) : [];
}
