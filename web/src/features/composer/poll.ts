/** Polls as events (MSC3381, in the form that clients send today). */

import type { Content } from "../../engine/records";

export interface PollDraft {
  question: string;
  answers: readonly string[];
  many: boolean;
  /** Results are told when it is closed. */
  hidden: boolean;
}

/** The content of `org.matrix.msc3381.poll.start`; `fallback` heads the text for other clients. */
export function pollContent(draft: PollDraft, fallback: string): Content {
  const lines = draft.answers.map((answer, place) => `${place + 1}. ${answer}`);
  const text = [fallback, ...lines].join("\n");
  return {
    "org.matrix.msc1767.text": text,
    "org.matrix.msc3381.poll.start": {
      kind: draft.hidden
        ? "org.matrix.msc3381.poll.undisclosed"
        : "org.matrix.msc3381.poll.disclosed",
      max_selections: draft.many ? draft.answers.length : 1,
      question: {
        "org.matrix.msc1767.text": draft.question,
        body: draft.question,
        msgtype: "m.text",
      },
      answers: draft.answers.map((answer, place) => ({
        id: String(place + 1),
        "org.matrix.msc1767.text": answer,
      })),
    },
  };
}
