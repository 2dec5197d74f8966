/** Hours in which one is not disturbed. Pure. */

/** The account data that holds the hours, for all devices. */
export const QUIET = "org.depesha.quiet";

export interface QuietHours {
  on: boolean;
  /** Times as "22:00"; `until` may be of the next day. */
  from: string;
  until: string;
  /** Days that are quiet from midnight to midnight, 0 is Sunday. */
  days: readonly number[];
  /** By the clock of which place, as "Europe/Moscow": the same hours on all devices. */
  zone: string;
  /** Whether notifications come without a sound, or none come. */
  show: "silent" | "none";
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** The place by whose clock this device goes. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

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
    zone: typeof content?.zone === "string" && content.zone ? content.zone : ownZone(),
    show: content?.show === "silent" ? "silent" : "none",
  };
}

/** Whether it is quiet at `date`: the rule of the server, for a page that is open. */
export function isQuiet(hours: QuietHours, date: Date): boolean {
  if (!hours.on) return false;
  const { day, time } = local(date, hours.zone);
  if (hours.days.includes(day)) return true;
  if (hours.from === hours.until) return false;
  return hours.from < hours.until
    ? time >= hours.from && time < hours.until
    : time >= hours.from || time < hours.until;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** The day of the week and the time of a place. */
function local(date: Date, timeZone: string): { day: number; time: string } {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(date)
      .map((part) => [part.type, part.value]),
  );
  return {
    day: DAYS.indexOf(parts.get("weekday") ?? ""),
    time: `${parts.get("hour")}:${parts.get("minute")}`,
  };
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const format = (zone: object) =>
    new Intl.DateTimeFormat("en-US", {
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      ...zone,
    });
  try {
    return format({ timeZone });
  } catch {
    // A place of which this browser has not heard.
    return format({});
  }
}
