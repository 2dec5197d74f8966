import { createMemo, type JSX, Show } from "solid-js";
import { useClient } from "../../bridge/client";
import { tell } from "../../ui/toasts";
import { useResults, useSurvey } from "./ask";
import { Chart } from "./Chart";
import { sendAnswers } from "./commands";
import { Form } from "./Form";
import { noteOf } from "./told";
import { word } from "./words";
import "./view.css";

/** A survey in the timeline: one question is answered right there, several on a page. */
export default function Card(props: { id: string; fallback: JSX.Element }) {
  const client = useClient();
  const { value: survey, failure, load } = useSurvey(() => props.id);
  const results = useResults(survey);
  const single = createMemo(() => {
    const one = survey();
    return one?.questions.length === 1 ? one.questions[0] : undefined;
  });
  const place = () => `#/surveys/${encodeURIComponent(props.id)}`;
  return (
    <Show
      when={survey()}
      fallback={
        <>
          {props.fallback}
          <Show when={failure()?.status === 404}>
            <p class="field-note">{word("gone")}</p>
          </Show>
        </>
      }
    >
      {(one) => (
        <div class="survey-card">
          <strong class="poll-question">{one().title}</strong>
          <small class="poll-note">{noteOf(one())}</small>
          <Show when={one().about}>
            <p class="survey-about">{one().about}</p>
          </Show>
          <Show when={single()}>
            {(question) => (
              <>
                <Show when={question().text !== one().title}>
                  <p>{question().text}</p>
                </Show>
                <Show when={one().may_answer && !one().has_answered}>
                  <Show when={one().anonymous}>
                    <small class="poll-note">{word("anonymousShort")}</small>
                  </Show>
                  <Form
                    survey={one()}
                    bare
                    onAnswer={async (answers) => {
                      if (await sendAnswers(client, one(), answers)) {
                        tell(word("answered"));
                        await load();
                      }
                    }}
                  />
                </Show>
                <Show when={results.value()?.questions[0]}>
                  {(come) => <Chart question={question()} come={come()} />}
                </Show>
              </>
            )}
          </Show>
          <Show when={one().has_answered}>
            <small class="poll-note">{word("youAnswered")}</small>
          </Show>
          <a class="survey-open" href={place()}>
            {word(one().may_answer && !one().has_answered && !single() ? "toAnswer" : "open")}
          </a>
        </div>
      )}
    </Show>
  );
}
