/** Hours in which one is not disturbed. Pure. */

/** The account data that holds the hours, for all devices. */
export const QUIET = "org.depesha.quiet";

export interface QuietHours {
  on: boolean;
  /** Local times as "22:00"; `until` may be of the next day. */
  from: string;
  until: string;
  /** Days that are quiet from midnight to midnight, 0 is Sunday. */
  days: readonly number[];
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** The hours of stored account data; those of a night, turned off, where there are none. */
export function readQuiet(
  content: Readonly<Record<string, unknown>> | null | undefined,
): QuietHours {
  const time = (value: unknown, otherwise: string) =>
    typeof value === "string" && TIME.test(value) ? value : otherwise;
  return {
    on: content?.on === true,
    from: time(content?.from, "22:00"),
    until: time(content?.until, "08:00"),
    days: Array.isArray(content?.days)
      ? content.days.filter((day) => Number.isInteger(day) && day >= 0 && day <= 6)
      : [],
  };
}

/** Whether it is quiet at the local time of `date`. */
export function isQuiet(hours: QuietHours, date: Date): boolean {
  if (!hours.on) return false;
  if (hours.days.includes(date.getDay())) return true;
  if (hours.from === hours.until) return false;
  const pad = (part: number) => String(part).padStart(2, "0");
  const now = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return hours.from < hours.until
    ? now >= hours.from && now < hours.until
    : now >= hours.from || now < hours.until;
}
