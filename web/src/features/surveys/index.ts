/** Surveys: making one, answering, and what has come of it, as a picture too. */

import { lazy } from "solid-js";
import type { Client } from "../../bridge/client";

export { surveyIn } from "./data";

export const SurveysView = lazy(() => import("./View"));
/** What waits for my answer, above the list of chats. */
export const SurveysWaiting = lazy(() => import("./Waiting"));
/** A survey in the timeline. */
export const SurveyCard = lazy(() => import("./Card"));
/** Makes a survey. */
export const NewSurvey = lazy(() => import("./NewSurvey"));

const DAY_MS = 86_400_000;

/** Asks a chat one question whose answers are anonymous: a poll that is a survey. */
export async function askAnonymously(
  client: Client,
  where: { roomId: string; threadId?: string },
  poll: { question: string; answers: readonly string[]; many: boolean },
): Promise<boolean> {
  const { createSurvey } = await import("./commands");
  const id = await createSurvey(client, where, {
    title: poll.question,
    about: "",
    questions: [
      {
        text: poll.question,
        kind: poll.many ? "many" : "one",
        required: true,
        choices: poll.answers,
      },
    ],
    anonymous: true,
    changeable: false,
    results: "all",
    until_ts: Date.now() + 7 * DAY_MS,
    units: [],
    users: [],
  });
  return id !== undefined;
}
