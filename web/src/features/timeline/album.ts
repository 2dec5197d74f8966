/** Pictures and videos sent together: which they are, and how they stand in a grid. Pure. */

import type { ItemRecord } from "../../engine/records";

const FIELD = "org.depesha.album";
/** Pictures narrower or wider than this are cut. */
const NARROWEST = 0.6;
const WIDEST = 2;
const MOST_IN_ROW = 5;

/** The mark that an item shares with the others of its album. */
export function albumOf(item: ItemRecord): string | undefined {
  const { msgtype, [FIELD]: album } = item.content;
  if (item.redacted || item.type !== "m.room.message") return undefined;
  if (msgtype !== "m.image" && msgtype !== "m.video") return undefined;
  return typeof album === "string" && album !== "" && album.length <= 64 ? album : undefined;
}

/** Contents with a mark of their own in place of the one they had, for being sent elsewhere. */
export function albumAnew<C extends Readonly<Record<string, unknown>>>(
  contents: readonly C[],
  mark: string,
): Readonly<Record<string, unknown>>[] {
  return contents.map(({ [FIELD]: album, ...rest }) =>
    album === undefined || contents.length < 2 ? rest : { ...rest, [FIELD]: mark },
  );
}

export interface Tile {
  /** How much of the row's width it takes. */
  share: number;
  /** Width by height. */
  ratio: number;
}

/** Tiles that fill row after row of one width, in their order, with little cut away. */
export function tilesOf(given: readonly number[]): Tile[] {
  const ratios = given.map((ratio) =>
    Math.min(WIDEST, Math.max(NARROWEST, Number.isFinite(ratio) && ratio > 0 ? ratio : 1)),
  );
  const height = 0.9 / Math.ceil(Math.sqrt(Math.max(1, ratios.length)));
  const best: { cost: number; row: readonly number[] }[] = [{ cost: 0, row: [] }];
  for (let end = 1; end <= ratios.length; end++) {
    const choices = Array.from({ length: Math.min(MOST_IN_ROW, end) }, (_, less) => {
      const row = ratios.slice(end - less - 1, end);
      const cost =
        (best[end - row.length]?.cost ?? 0) + Math.abs(1 / sum(row) - height) * row.length;
      return { cost, row };
    });
    best.push(choices.reduce((least, one) => (one.cost < least.cost ? one : least)));
  }
  const tiles: Tile[] = [];
  for (let end = ratios.length, row = best[end]?.row ?? []; end > 0; row = best[end]?.row ?? []) {
    const width = sum(row);
    tiles.unshift(
      ...row.map((ratio) => ({ ratio, share: Math.floor((ratio / width) * 1e5) / 1e5 })),
    );
    end -= row.length;
  }
  return tiles;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

const ORDER = ["failed", "waiting", "sending", "sent"] as const;

/** The one of an album that has come least far. */
export function hindmost(items: readonly ItemRecord[]): ItemRecord | undefined {
  for (const state of ORDER) {
    const found = items.findLast((item) => item.state === state);
    if (found) return found;
  }
  return undefined;
}
