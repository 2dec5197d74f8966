/** Times, sizes and names as people read them. */

import type { Language } from "./i18n";
import type { Millis } from "./ids";

const DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function dates(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "ru", options);
    formats.set(key, format);
  }
  return format;
}

const relative = {
  ru: new Intl.RelativeTimeFormat("ru", { numeric: "auto" }),
  en: new Intl.RelativeTimeFormat("en", { numeric: "auto" }),
};

function midnight(ts: Millis): Millis {
  return new Date(ts).setHours(0, 0, 0, 0);
}

/** Whole calendar days from `ts` to `now`, in local time. */
export function daysBetween(ts: Millis, now: Millis): number {
  return Math.round((midnight(now) - midnight(ts)) / DAY);
}

/** `09:05`. */
export function clockTime(language: Language, ts: Millis): string {
  return dates(language, { hour: "2-digit", minute: "2-digit" }).format(ts);
}

/** For a line of a list: the time today, the weekday this week, else the date. */
export function listTime(language: Language, ts: Millis, now: Millis): string {
  const days = daysBetween(ts, now);
  if (days <= 0) return clockTime(language, ts);
  if (days < 7) return dates(language, { weekday: "short" }).format(ts);
  if (new Date(ts).getFullYear() === new Date(now).getFullYear())
    return dates(language, { day: "numeric", month: "short" }).format(ts);
  return dates(language, { day: "2-digit", month: "2-digit", year: "2-digit" }).format(ts);
}

/** For a separator: today, yesterday, else the day with its month, and the year of another year. */
export function dayLabel(language: Language, ts: Millis, now: Millis): string {
  const days = daysBetween(ts, now);
  if (days === 0 || days === 1) return capital(relative[language].format(-days, "day"));
  const sameYear = new Date(ts).getFullYear() === new Date(now).getFullYear();
  const options: Intl.DateTimeFormatOptions = sameYear
    ? { day: "numeric", month: "long" }
    : { day: "numeric", month: "long", year: "numeric" };
  return dates(language, options).format(ts);
}

/** Day and time in full, for a tooltip. */
export function fullTime(language: Language, ts: Millis): string {
  return dates(language, { dateStyle: "long", timeStyle: "medium" }).format(ts);
}

/** Day and time to the minute. */
export function dayTime(language: Language, ts: Millis): string {
  return dates(language, { dateStyle: "long", timeStyle: "short" }).format(ts);
}

/** A time to the second in figures alone, for tables. */
export function stamp(language: Language, ts: Millis): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" }).format(ts);
}

/** How long ago, in the largest whole unit: "5 minutes ago". */
export function ago(language: Language, ts: Millis, now: Millis): string {
  const minutes = Math.round((now - ts) / 60_000);
  if (minutes < 60) return relative[language].format(-minutes, "minute");
  if (minutes < 60 * 24) return relative[language].format(-Math.round(minutes / 60), "hour");
  return relative[language].format(-Math.round(minutes / 60 / 24), "day");
}

/** The first letter made large. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const SIZES: Record<Language, readonly string[]> = {
  ru: ["Б", "КБ", "МБ", "ГБ", "ТБ"],
  en: ["B", "kB", "MB", "GB", "TB"],
};

/** Bytes in the largest fitting unit of 1024: "1.5 MB". */
export function fileSize(language: Language, bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < 4) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  return `${number}\u00a0${SIZES[language][unit]}`;
}

/** `0:07`, `12:30`, `1:02:03`. */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const seconds = String(whole % 60).padStart(2, "0");
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`
    : `${minutes}:${seconds}`;
}

/** One or two letters that stand for a name in place of a picture. */
export function initials(name: string): string {
  const parts = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const first = [...(parts[0] ?? "")][0] ?? "?";
  const second = parts.length > 1 ? ([...(parts[1] ?? "")][0] ?? "") : "";
  return (first + second).toUpperCase();
}

/** A number from 0 to `count` - 1 that is the same for the same text, everywhere. */
export function shade(text: string, count: number): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 16777619);
  }
  return (hash >>> 0) % count;
}

/** "Anna, Boris and Vera". */
export function listOf(language: Language, names: readonly string[]): string {
  return new Intl.ListFormat(language, { type: "conjunction" }).format(names);
}

/** The short name of a day of the week, 0 is Sunday. */
export function weekday(language: Language, day: number): string {
  return dates(language, { weekday: "short" }).format(new Date(2026, 10, 1 + day));
}

/** Local time as a field of the kind `datetime-local` wants it. */
export function localInput(ts: Millis): string {
  const shifted = ts - new Date(ts).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}

/** Local midnight that begins the day of a date field, or ends it. */
export function dayEdge(day: string, end: boolean): number | undefined {
  if (!day) return undefined;
  const ts = new Date(`${day}T00:00`).getTime();
  if (Number.isNaN(ts)) return undefined;
  return end ? ts + 86_400_000 - 1 : ts;
}

const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const SEEN = /[^\s\p{Cf}\p{Cc}]/u;

/**
 * A name as it may be shown, or undefined where nothing of it is seen. Signs that turn what follows
 * are left out: by them `cod.exe` is shown as `exe.doc`.
 */
export function plainName(name: string | undefined): string | undefined {
  return name !== undefined && SEEN.test(name) ? name.replace(TURNS, "").trim() : undefined;
}
