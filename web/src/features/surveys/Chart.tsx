import { createMemo, For, Show } from "solid-js";
import { language } from "../../ui/preferences";
import { averageOf, barsOf, type Come, type Question } from "./data";
import { word } from "./words";

/** What has come of one question: a table whose rows are drawn as bars, or answers in words. */
export function Chart(props: {
  question: Question;
  come: Pick<Come, "said" | "counts"> & { texts?: readonly string[] };
}) {
  const bars = createMemo(() => barsOf(props.question, props.come));
  const average = () => averageOf(props.question, props.come);
  return (
    <div class="survey-chart">
      <p class="field-note">
        {word("said", { count: props.come.said })}
        <Show when={average()}>
          {(value) => <> · {word("average", { value: value().toLocaleString(language()) })}</>}
        </Show>
      </p>
      <Show when={bars().length > 0}>
        <table class="survey-table">
          <caption class="sr-only">{props.question.text}</caption>
          <thead class="sr-only">
            <tr>
              <th scope="col">{word("choice")}</th>
              <th scope="col">{word("share")}</th>
              <th scope="col">{word("count")}</th>
            </tr>
          </thead>
          <tbody>
            <For each={bars()}>
              {(bar) => (
                <tr classList={{ best: bar.best }}>
                  <th scope="row">
                    {bar.label}
                    <svg
                      class="survey-bar"
                      viewBox="0 0 100 6"
                      preserveAspectRatio="none"
                      aria-hidden="true"
                    >
                      <rect class="survey-track" width="100" height="6" />
                      <rect class="survey-fill" width={bar.share} height="6" />
                    </svg>
                  </th>
                  <td>{bar.share}%</td>
                  <td>{bar.count}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
      <Show when={props.question.kind === "text" && (props.come.texts?.length ?? 0) > 0}>
        <ul class="survey-words" aria-label={props.question.text}>
          <For each={props.come.texts}>{(text) => <li>{text}</li>}</For>
        </ul>
      </Show>
    </div>
  );
}
