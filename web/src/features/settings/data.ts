/** Devices in order, and what makes a PIN acceptable. Pure. */

import type { DeviceRecord } from "../../engine/records";

/** Other devices than this one, the last active first. */
export function otherDevices(devices: readonly DeviceRecord[]): DeviceRecord[] {
  return devices
    .filter((device) => !device.current)
    .sort((a, b) => (b.lastSeenAt ?? 0) - (a.lastSeenAt ?? 0));
}

/** What is wrong with a new PIN, if anything is. */
export function pinProblem(pin: string, again: string): "pinShort" | "pinDifferent" | undefined {
  if (!/^\d{4,12}$/.test(pin)) return "pinShort";
  return pin === again ? undefined : "pinDifferent";
}

/** How long a status stands. */
export const STATUS_ENDS = ["endNever", "endHalfHour", "endHour", "endFour", "endToday"] as const;
export type StatusEnd = (typeof STATUS_ENDS)[number];

/** When a status set at `now` ends; undefined for one that stays. */
export function statusEnd(end: StatusEnd, now: number): number | undefined {
  const minute = 60_000;
  switch (end) {
    case "endHalfHour":
      return now + 30 * minute;
    case "endHour":
      return now + 60 * minute;
    case "endFour":
      return now + 240 * minute;
    case "endToday":
      return new Date(now).setHours(24, 0, 0, 0);
    default:
      return undefined;
  }
}

/** Who stands in for somebody, from when until when. */
export interface Deputy {
  user_id: string;
  since_ts: number;
  until_ts: number;
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 365;

/** The last moment before an absence ends, which is on its last day. */
export function dayOf(until: number): number {
  return until - 1;
}

/** The present day, as fields of dates have it. */
export function today(now = Date.now()): string {
  const local = new Date(now - new Date(now).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 10);
}

/** What is wrong with the days of an absence, if anything is. */
export function absenceProblem(
  from: string,
  until: string,
  now: number,
): "daysMissing" | "daysTurned" | "daysOver" | "daysFar" | undefined {
  if (!from || !until) return "daysMissing";
  if (until < from) return "daysTurned";
  if (until < today(now)) return "daysOver";
  return until > today(now + MOST_DAYS * DAY_MS) ? "daysFar" : undefined;
}

/** A fingerprint in groups of four, for reading aloud. */
export function inGroups(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, "$1 ");
}
