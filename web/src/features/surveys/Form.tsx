import { createSignal, For, Index, Show } from "solid-js";
import { Button } from "../../ui/controls";
import { type Answer, choicesOf, choose, firstMissing, type Question, type Survey } from "./data";
import { word } from "./words";

/** The questions of a survey, to be answered. */
export function Form(props: {
  survey: Survey;
  /** Without the words of the questions: they stand above already. */
  bare?: boolean;
  onAnswer: (answers: readonly Answer[]) => Promise<void>;
}) {
  const [answers, setAnswers] = createSignal<readonly Answer[]>(
    props.survey.questions.map(
      ({ kind }, place) => props.survey.answers?.[place] ?? (kind === "text" ? "" : []),
    ),
  );
  const [missing, setMissing] = createSignal(-1);
  const [busy, setBusy] = createSignal(false);
  let form!: HTMLFormElement;
  const put = (place: number, answer: Answer) => {
    setAnswers(answers().map((other, at) => (at === place ? answer : other)));
    if (missing() === place) setMissing(-1);
  };
  const send = async (event: Event) => {
    event.preventDefault();
    const first = firstMissing(props.survey.questions, answers());
    setMissing(first);
    if (first >= 0) {
      form
        .querySelectorAll<HTMLElement>("[data-question]")
        [first]?.querySelector<HTMLElement>("input, textarea")
        ?.focus();
      return;
    }
    setBusy(true);
    await props.onAnswer(answers());
    setBusy(false);
  };
  return (
    <form ref={form} class="survey-form" onSubmit={send} novalidate>
      <For each={props.survey.questions}>
        {(question, place) => (
          <Ask
            question={question}
            bare={props.bare ?? false}
            answer={answers()[place()]}
            missing={missing() === place()}
            onAnswer={(answer) => put(place(), answer)}
          />
        )}
      </For>
      <Button look="primary" type="submit" busy={busy()}>
        {word(props.survey.has_answered ? "answerAnew" : "answer")}
      </Button>
    </form>
  );
}

let last = 0;

function Ask(props: {
  question: Question;
  bare: boolean;
  answer: Answer | undefined;
  missing: boolean;
  onAnswer: (answer: Answer) => void;
}) {
  const name = `survey-${++last}`;
  const chosen = () => (Array.isArray(props.answer) ? (props.answer as readonly number[]) : []);
  const isText = () => props.question.kind === "text";
  return (
    <fieldset
      class="survey-ask"
      data-question=""
      classList={{ scale: props.question.kind === "scale" }}
      aria-describedby={props.missing ? `${name}-missing` : undefined}
    >
      <legend classList={{ "sr-only": props.bare }}>
        {props.question.text}
        <Show when={props.question.required === false}>
          {" "}
          <small>{word("optional")}</small>
        </Show>
      </legend>
      <Show when={props.question.kind === "many"}>
        <p class="field-note">{word("severalMay")}</p>
      </Show>
      <Show
        when={isText()}
        fallback={
          <Index each={choicesOf(props.question)}>
            {(label, place) => (
              <label class="survey-choice">
                <input
                  type={props.question.kind === "many" ? "checkbox" : "radio"}
                  name={name}
                  checked={chosen().includes(place)}
                  onClick={() => props.onAnswer(choose(props.question, props.answer, place))}
                />
                <span>{label()}</span>
              </label>
            )}
          </Index>
        }
      >
        <textarea
          class="input"
          rows="3"
          maxLength={2000}
          aria-label={props.question.text}
          value={typeof props.answer === "string" ? props.answer : ""}
          onInput={(event) => props.onAnswer(event.currentTarget.value)}
        />
      </Show>
      <Show when={props.missing}>
        <p id={`${name}-missing`} class="field-error" role="alert">
          {word("missing")}
        </p>
      </Show>
    </fieldset>
  );
}
