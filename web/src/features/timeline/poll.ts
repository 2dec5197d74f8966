/** Polls as they are read (MSC3381, both spellings). */

import type { Content, PollResult } from "../../engine/records";

export interface Poll {
  question: string;
  answers: readonly { id: string; text: string }[];
  most: number;
  /** Results are told when it is closed. */
  hidden: boolean;
}

const UNSTABLE = "org.matrix.msc3381.poll.start";

export function isPoll(type: string): boolean {
  return type === "m.poll.start" || type === UNSTABLE;
}

type Loose = Readonly<Record<string, unknown>>;

function asObject(value: unknown): Loose {
  return typeof value === "object" && value !== null ? (value as Loose) : {};
}

/** Extensible text: a string, or the first plain form of a list. */
function textOf(holder: Loose): string {
  const plain = holder["org.matrix.msc1767.text"] ?? holder.body;
  if (typeof plain === "string") return plain;
  const forms = holder["m.text"];
  const first = Array.isArray(forms) ? asObject(forms[0]).body : undefined;
  return typeof first === "string" ? first : "";
}

/** What a poll asks. What is malformed is left out. */
export function pollOf(content: Content): Poll {
  const start = asObject(content["m.poll"] ?? content[UNSTABLE]);
  const answers = Array.isArray(start.answers) ? start.answers.slice(0, 20).map(asObject) : [];
  const most = Number(start.max_selections ?? 1);
  return {
    question: textOf(asObject(start.question)),
    answers: answers
      .map((answer) => ({ id: String(answer.id ?? answer["m.id"] ?? ""), text: textOf(answer) }))
      .filter((answer) => answer.id !== ""),
    most: Number.isFinite(most) && most >= 1 ? most : 1,
    hidden: String(start.kind ?? "").endsWith("undisclosed"),
  };
}

export interface PollLine {
  id: string;
  text: string;
  count: number;
  /** 0 to 100. */
  share: number;
  mine: boolean;
  best: boolean;
}

/** Answers with their votes. */
export function countPoll(poll: Poll, result: PollResult | undefined): PollLine[] {
  const counts = poll.answers.map(({ id }) => result?.votes[id]?.length ?? 0);
  const voters = new Set(poll.answers.flatMap(({ id }) => result?.votes[id] ?? [])).size;
  const best = Math.max(...counts, 1);
  return poll.answers.map(({ id, text }, place) => {
    const count = counts[place] ?? 0;
    return {
      id,
      text,
      count,
      share: voters > 0 ? Math.round((count / voters) * 100) : 0,
      mine: result?.mine.includes(id) ?? false,
      best: count === best && count > 0,
    };
  });
}

/** The answers chosen after a press on `id`: one takes the other's place, several add up. */
export function toggleVote(poll: Poll, mine: readonly string[], id: string): string[] {
  if (mine.includes(id)) return mine.filter((other) => other !== id);
  return poll.most === 1 ? [id] : [...mine, id].slice(-poll.most);
}
