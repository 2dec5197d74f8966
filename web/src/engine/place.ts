/** Where one stands in the tree: of which levels a mention means oneself. */

import { type Look, ORG, type Org } from "./org";
import type { CardRecord, UnitRecord } from "./records";
import type { World } from "./world";

/** Keeps `world.units` true; gives what ends it. */
export function followPlace(world: World, org: Org): () => void {
  const units = org.units;
  const card = org.card(world.me);
  let isOver = false;

  function take(all: readonly UnitRecord[] = [], own: CardRecord | undefined): void {
    const next = placesOf(all, own);
    if (isOver || isSame(next, world.units)) return;
    world.units = next;
    world.topics.touch("units");
  }

  async function look(): Promise<void> {
    if (!world.account.has(ORG)) return;
    take((await units.kept()).value, (await card.kept()).value);
    take(...(await Promise.all([fresh(units), fresh(card)])));
  }

  const ask = () => void look().catch(world.fault);
  const stop = world.topics.watch(["org"], ask);
  ask();
  return () => {
    isOver = true;
    stop();
  };
}

function isSame(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}

async function fresh<T>(look: Look<T>): Promise<T | undefined> {
  return look.fetch().catch(async () => (await look.kept()).value);
}

/** The levels that somebody is of or manages, and all above them. */
export function placesOf(
  units: readonly UnitRecord[],
  card: CardRecord | undefined,
): ReadonlySet<number> {
  const parents = new Map(units.map((unit) => [unit.id, unit.parent]));
  const found = new Set<number>();
  for (const { unitId } of [...(card?.posts ?? []), ...(card?.manages ?? [])])
    for (let at: number | undefined = unitId; at !== undefined; at = parents.get(at)) found.add(at);
  return found;
}
