/** Asking the server for surveys, anew whenever a sync tells that they have changed. */

import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import type { Failure } from "../../base/errors";
import { type Client, useClient, useValue } from "../../bridge/client";
import { orTell } from "../../ui/toasts";
import {
  isNews,
  NEWS,
  type Results,
  SURVEYS,
  type Survey,
  type SurveyLine,
  surveyPath,
} from "./data";

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Asks and tells a failure; undefined then. */
export async function call<T>(client: Client, method: Method, path: string, body?: unknown) {
  const answer = await orTell(
    client.command("own.call", { method, path, ...(body !== undefined && { body }) }),
  );
  return answer?.body as T | undefined;
}

/** What the server answers at `path`, kept fresh; `undefined` as a path asks nothing. */
function useFresh<T>(path: Accessor<string | undefined>, id: Accessor<string | undefined>) {
  const client = useClient();
  const news = useValue("account", () => ({ type: NEWS }));
  const [value, setValue] = createSignal<T>();
  const [failure, setFailure] = createSignal<Failure>();
  let isGone = false;
  onCleanup(() => {
    isGone = true;
  });
  const place = createMemo(path);
  // Of two answers on their way the one asked for last counts, though it may come first.
  let turn = 0;
  const load = async () => {
    const asked = place();
    const mine = ++turn;
    if (asked === undefined) return;
    const answer = await client.command("own.call", { method: "GET", path: asked });
    if (isGone || mine !== turn) return;
    if (answer.ok) setValue(() => answer.value.body as T);
    setFailure(answer.ok ? undefined : answer.error);
  };
  createEffect(
    on(place, () => {
      setValue(undefined);
      setFailure(undefined);
      void load();
    }),
  );
  createEffect(on(news, (content) => isNews(content, id()) && void load(), { defer: true }));
  return { value, failure, load };
}

/** The surveys that ask me, and my own. */
export function useSurveys() {
  return useFresh<{ surveys: readonly SurveyLine[] }>(
    () => SURVEYS,
    () => undefined,
  );
}

export function useSurvey(id: Accessor<string>) {
  return useFresh<Survey>(() => surveyPath(id()), id);
}

/** The results, as soon as they may be seen. */
export function useResults(survey: Accessor<Survey | undefined>) {
  return useFresh<Results>(
    () => {
      const one = survey();
      return one?.may_see_results ? `${surveyPath(one.survey_id)}/results` : undefined;
    },
    () => survey()?.survey_id,
  );
}

/** Of a survey of my own, who has not answered. */
export function useUnanswered(survey: Accessor<Survey | undefined>) {
  return useFresh<{ many: number; users: readonly string[] }>(
    () => {
      const one = survey();
      return one?.is_mine ? `${surveyPath(one.survey_id)}/unanswered` : undefined;
    },
    () => survey()?.survey_id,
  );
}
