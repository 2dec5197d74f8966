/** What the console shows, worked out of what the server answers. Nothing here asks or draws. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

export interface Me {
  readonly user_id: string;
  readonly rights: readonly string[];
  readonly roles: readonly Grant[];
  readonly units: readonly { unit_id: number; rights: readonly string[] }[];
  readonly may_grant: readonly string[];
}

export interface Grant {
  readonly role: string;
  readonly unit_id?: number;
}

export interface Account {
  readonly user_id: string;
  readonly display_name?: string;
  readonly avatar_url?: string;
  readonly roles: readonly Grant[];
  readonly guest: boolean;
  readonly locked: boolean;
  readonly suspended: boolean;
  readonly deactivated: boolean;
  readonly application_service: string | null;
  readonly created_ts: number;
}

/** Whether I have a right in the whole institution, or for some part of its tree. */
export function has(me: Me | undefined, right: string): boolean {
  return (
    me !== undefined &&
    (me.rights.includes(right) || me.units.some((unit) => unit.rights.includes(right)))
  );
}

/** Whether I have it everywhere. */
export function hasWhole(me: Me | undefined, right: string): boolean {
  return me?.rights.includes(right) ?? false;
}

const needs = {
  people: "people.read",
  tree: "tree.read",
  invitations: "invitations.keep",
  notices: "notices.send",
  complaints: "complaints.decide",
  groups: "rooms.moderate",
  policies: "roles.read",
  retention: "audit.read",
  holds: "audit.read",
  inspections: "audit.read",
  custody: "audit.read",
  audit: "audit.read",
  health: "health.read",
} as const;

export type Section = keyof typeof needs;

/** The sections that I may open, in order. */
export function sectionsFor(me: Me | undefined): Section[] {
  return (Object.keys(needs) as Section[]).filter((section) => has(me, needs[section]));
}

/** `@anna:city.example` → `anna`. */
export function localpart(userId: string): string {
  return userId.replace(/^@/, "").split(":")[0] ?? userId;
}

export function nameOf(person: { user_id: string; display_name?: string; name?: string }): string {
  return person.display_name || person.name || localpart(person.user_id);
}

export type State = "ended" | "locked" | "suspended" | "service" | "guest" | "open";

/** The one word for an account that matters most. */
export function stateOf(account: Account): State {
  if (account.deactivated) return "ended";
  if (account.locked) return "locked";
  if (account.suspended) return "suspended";
  if (account.application_service) return "service";
  return account.guest ? "guest" : "open";
}

// ── The tree ───────────────────────────────────────────────────────────────────────────────────

export interface Unit {
  readonly unit_id: number;
  readonly parent?: number;
  readonly kind: string;
  readonly name: string;
  readonly manager?: string;
  readonly people?: number;
  readonly rights: readonly string[];
  readonly inherits_rights?: boolean;
  readonly accepts?: string;
}

export interface TreeRow {
  readonly unit: Unit;
  readonly depth: number;
  readonly hasChildren: boolean;
}

/** The tree as lines from top to bottom, without what is below a closed level. */
export function treeRows(units: readonly Unit[], closed: ReadonlySet<number>): TreeRow[] {
  const known = new Set(units.map(({ unit_id }) => unit_id));
  const below = new Map<number, Unit[]>();
  for (const unit of units) {
    const parent = unit.parent !== undefined && known.has(unit.parent) ? unit.parent : 0;
    below.set(parent, [...(below.get(parent) ?? []), unit]);
  }
  const walk = (parent: number, depth: number): TreeRow[] =>
    (below.get(parent) ?? []).flatMap((unit) => {
      const row = { unit, depth, hasChildren: below.has(unit.unit_id) };
      return closed.has(unit.unit_id) ? [row] : [row, ...walk(unit.unit_id, depth + 1)];
    });
  return walk(0, 0);
}

/** Where a level may be moved to: every other that is not below it. */
export function placesFor(units: readonly Unit[], unitId: number): Unit[] {
  const inside = new Set([unitId]);
  for (const unit of units)
    if (unit.parent !== undefined && inside.has(unit.parent)) inside.add(unit.unit_id);
  return units.filter((unit) => !inside.has(unit.unit_id));
}

/** The names from the top down to a level. */
export function pathOf(units: readonly Unit[], unitId: number): string {
  const byId = new Map(units.map((unit) => [unit.unit_id, unit]));
  const names: string[] = [];
  for (let at = byId.get(unitId); at; at = at.parent ? byId.get(at.parent) : undefined)
    names.unshift(at.name);
  return names.join(" / ");
}

// ── What an institution owes ───────────────────────────────────────────────────────────────────

export const DAY = 24 * 3600 * 1000;

export const CHATS = ["any", "direct", "basic", "project", "channel", "official"] as const;

export interface Group {
  readonly room_id: string;
  readonly kind: (typeof CHATS)[number];
  readonly name?: string;
  readonly members: number;
  readonly encrypted: boolean;
  readonly creator: string;
}

export interface RetentionPolicy {
  readonly unit: number;
  readonly kind: (typeof CHATS)[number];
  readonly messages_days: number | null;
  readonly files_days: number | null;
  readonly least_days: number | null;
}

/** What a field of days says: a whole number of them, or null where it is empty. */
export function daysOf(text: string): number | null {
  const days = Math.floor(Number(text));
  return days >= 1 ? Math.min(days, 36_500) : null;
}

/** What a field of a whole number says, within its bounds; null where it is empty. */
export function wholeOf(text: string, low: number, high: number): number | null {
  const value = Math.floor(Number(text));
  return text.trim() === "" || !Number.isFinite(value)
    ? null
    : Math.min(Math.max(value, low), high);
}

export interface Inspection {
  readonly inspection_id: string;
  readonly target: string;
  readonly target_name?: string;
  readonly since_ts: number;
  readonly until_ts: number;
  readonly ground: string;
  readonly case_number: string;
  readonly asked_by: string;
  readonly expires_ts: number;
  readonly secret: boolean;
  readonly decided_by: string | null;
  readonly approved: boolean;
  readonly downloaded_ts: number | null;
  readonly told_ts: number | null;
}

/** The institution's recovery key, and who holds a share of it. */
export interface Custody {
  readonly key_id: string;
  readonly public_key: string;
  readonly threshold: number;
  readonly holders: readonly string[];
  readonly made_by: string;
  readonly made_ts: number;
}

export type InspectionState = "asked" | "approved" | "refused" | "read" | "told" | "over";

/** How far a request to read correspondence has come. */
export function inspectionState(inspection: Inspection, now: number): InspectionState {
  if (inspection.told_ts !== null) return "told";
  if (inspection.downloaded_ts !== null) return "read";
  if (inspection.decided_by !== null && !inspection.approved) return "refused";
  if (inspection.expires_ts <= now) return "over";
  return inspection.approved ? "approved" : "asked";
}

// ── The log of acts ────────────────────────────────────────────────────────────────────────────

export interface Line {
  readonly number: number;
  readonly ts: number;
  readonly actor: string;
  readonly act: string;
  readonly target: string;
  readonly sealed: string;
  readonly before: string;
  readonly hash: string;
  readonly signature: string;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly details_key: string | null;
}

/** The hash that a line must have: over all that it says in clear. */
export function lineHash(line: Line): string {
  const { act, actor, before, number, sealed, target, ts } = line;
  const said = JSON.stringify({ act, actor, before, number, sealed, target, ts });
  return bytesToHex(sha256(utf8ToBytes(said)));
}

export type ChainCheck =
  | { readonly good: true; readonly count: number }
  | { readonly good: false; readonly number: number };

/** Whether lines that follow each other, in either order, are as they were written. */
export function checkChain(lines: readonly Line[]): ChainCheck {
  const inOrder = [...lines].sort((a, b) => a.number - b.number);
  let last: Line | undefined;
  for (const line of inOrder) {
    const follows = !last || (line.number === last.number + 1 && line.before === last.hash);
    if (!follows || lineHash(line) !== line.hash) return { good: false, number: line.number };
    last = line;
  }
  return { good: true, count: inOrder.length };
}

/** An export as `depesha audit verify` reads it. */
export function exportText(
  about: { server_name: string; public_key: string },
  lines: readonly Line[],
): string {
  const { server_name, public_key } = about;
  return [{ server_name, public_key }, ...lines].map((one) => `${JSON.stringify(one)}\n`).join("");
}

/** What else a line tells, as short text. */
export function detailsText(details: Line["details"]): string {
  return Object.entries(details ?? {})
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

// ── Figures ────────────────────────────────────────────────────────────────────────────────────

export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly kind: string;
  readonly value: number;
}

/** Figures in the text of Prometheus, each name's values summed; of a histogram its mean. */
export function readFigures(text: string): Figure[] {
  const about = { HELP: new Map<string, string>(), TYPE: new Map<string, string>() };
  const sums = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, what, name = "", told = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (what === "HELP" || what === "TYPE") about[what].set(name, told);
    const [, sample, value] = /^([a-z]\w*)(?:\{[^}]*\})? (\S+)$/i.exec(line) ?? [];
    if (sample && Number.isFinite(Number(value)))
      sums.set(sample, (sums.get(sample) ?? 0) + Number(value));
  }
  return [...about.TYPE].flatMap(([name, kind]) => {
    const value =
      kind === "histogram"
        ? (sums.get(`${name}_sum`) ?? 0) / (sums.get(`${name}_count`) || 1)
        : sums.get(name);
    return value === undefined ? [] : [{ name, kind, value, help: about.HELP.get(name) ?? "" }];
  });
}

export interface Sample {
  readonly ts: number;
  readonly values: Readonly<Record<string, number>>;
}

const KEPT = 60;

/** The samples with another, the oldest forgotten. */
export function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  return [...samples, sample].slice(-KEPT);
}

/** One figure over time: its values, or for what only grows how much a second it grew. */
export function series(samples: readonly Sample[], name: string, grows: boolean): number[] {
  const points = samples.map(({ ts, values }) => ({ ts, value: values[name] ?? 0 }));
  if (!grows) return points.map(({ value }) => value);
  return points.slice(1).map((point, at) => {
    const before = points[at];
    const seconds = before ? (point.ts - before.ts) / 1000 : 0;
    return before && seconds > 0 ? Math.max(0, (point.value - before.value) / seconds) : 0;
  });
}

/** The line of a chart of `width` by `height`, as the points of an SVG; the base is zero. */
export function chartPoints(values: readonly number[], width: number, height: number): string {
  const most = Math.max(...values, 0) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const at = (value: number) => height - (value / most) * height;
  return values.map((value, index) => `${round(index * step)},${round(at(value))}`).join(" ");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

// ── Codes ──────────────────────────────────────────────────────────────────────────────────────

/** The path of a code's dark squares, from its rows of `0` and `1`. */
export function codePath(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) => [...row].map((square, x) => (square === "1" ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
}

const WARN_DAYS = 21;

/** What is to be said of the server's certificate, when it ends soon; `asked` of an authority. */
export function certificateWarning(
  figures: readonly Figure[],
): { readonly over: boolean; readonly days: number; readonly asked: boolean } | undefined {
  const value = (of: string) =>
    figures.find(({ name }) => name === `depesha_certificate_${of}`)?.value;
  const left = value("days_left");
  if (left === undefined || left >= (value("warn_days") ?? WARN_DAYS)) return undefined;
  return { over: left <= 0, days: Math.floor(left), asked: value("failures") !== undefined };
}
