/** Until when somebody's place is shared. Pure. */

import type { Content, ItemRecord } from "../../engine/records";

const TS = "org.matrix.msc3488.ts";
/** Nobody shares for longer than a day at a time. */
const LONGEST_MS = 24 * 3_600_000;

/** When it ends by itself. */
export function sharedUntil({ ts, content }: ItemRecord): number {
  return ts + Math.min(LONGEST_MS, Math.max(0, Number(content.timeout) || 0));
}

/** Whether it goes on; `state` is what its sender said last of sharing. */
export function isSharedNow(item: ItemRecord, state: Content | undefined, now: number): boolean {
  const isThis = !state || state[TS] === item.content[TS];
  return isThis && state?.live !== false && item.content.live !== false && sharedUntil(item) > now;
}
