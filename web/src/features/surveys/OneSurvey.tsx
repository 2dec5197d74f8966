import { createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { Portal } from "solid-js/web";
import { fullTime } from "../../base/format";
import { useClient } from "../../bridge/client";
import { Button, Empty, IconButton, NoticeBox } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { MenuButton } from "../../ui/Menu";
import { language } from "../../ui/preferences";
import { go } from "../../ui/router";
import { tell } from "../../ui/toasts";
import { ChatPicker, openPerson, useName } from "../people";
import { useResults, useSurvey, useUnanswered } from "./ask";
import { Chart } from "./Chart";
import { draw, sendAnswers, sendPicture, surveyActions } from "./commands";
import { answerText, type Results, type Survey, type UnitSums } from "./data";
import { Form } from "./Form";
import { noteOf } from "./told";
import { word } from "./words";

/** A survey on a page of its own: its questions, or what has come of it. */
export function OneSurvey(props: { id: string }) {
  const { value, failure, load } = useSurvey(() => props.id);
  return (
    <section class="surveys" aria-label={value()?.title ?? word("survey")}>
      <Show
        when={value()}
        fallback={
          <>
            <header class="side-head">
              <IconButton icon="back" label={word("back")} onClick={() => go("#/surveys")} />
              <h2>{word("survey")}</h2>
            </header>
            <Show when={failure()}>
              {(why) => (
                <Empty icon="poll" title={word(why().status === 404 ? "gone" : "notLoaded")}>
                  <Show when={why().status !== 404}>
                    <Button onClick={load}>{word("again")}</Button>
                  </Show>
                </Empty>
              )}
            </Show>
          </>
        }
      >
        {(survey) => <Page survey={survey()} onChange={load} />}
      </Show>
    </section>
  );
}

function Page(props: { survey: Survey; onChange: () => Promise<void> }) {
  const client = useClient();
  const results = useResults(() => props.survey);
  const [choosing, setChoosing] = createSignal(false);
  const [printed, setPrinted] = createSignal(false);
  const [anew, setAnew] = createSignal(false);
  const around = {
    client,
    survey: () => props.survey,
    results: results.value,
    toChat: () => setChoosing(true),
    print: () => {
      setPrinted(true);
      requestAnimationFrame(() => window.print());
    },
  };
  const actions = surveyActions(around);
  const isAsking = () => props.survey.may_answer && (!props.survey.has_answered || anew());
  onMount(() => {
    const left = () => setPrinted(false);
    window.addEventListener("afterprint", left);
    onCleanup(() => window.removeEventListener("afterprint", left));
  });
  return (
    <>
      <header class="side-head">
        <IconButton icon="back" label={word("back")} onClick={() => go("#/surveys")} />
        <h2 class="ellipsis">{props.survey.title}</h2>
        <Show when={props.survey.is_mine || results.value()}>
          <MenuButton icon="more" label={word("more")} actions={() => actions} />
        </Show>
      </header>
      <div class="surveys-body">
        <p class="field-note">
          {noteOf(props.survey)}
          <Show when={props.survey.author}>
            {(author) => (
              <>
                {" · "}
                <Person id={author()} />
              </>
            )}
          </Show>
        </p>
        <Show when={props.survey.about}>
          <p class="survey-about">{props.survey.about}</p>
        </Show>
        <NoticeBox icon={props.survey.anonymous ? "shieldCheck" : "people"}>
          {word(props.survey.anonymous ? "anonymousText" : openText(props.survey))}
        </NoticeBox>
        <Show when={isAsking()}>
          <Form
            survey={props.survey}
            onAnswer={async (answers) => {
              if (!(await sendAnswers(client, props.survey, answers))) return;
              setAnew(false);
              tell(word("answered"));
              await props.onChange();
            }}
          />
        </Show>
        <Show when={props.survey.has_answered && !anew()}>
          <p class="survey-done" role="status">
            {word("youAnswered")}
            <Show when={props.survey.may_answer}>
              <Button look="quiet" icon="edit" onClick={() => setAnew(true)}>
                {word("change")}
              </Button>
            </Show>
          </p>
        </Show>
        <Show
          when={results.value()}
          fallback={
            <Show when={!isAsking()}>
              <p class="field-note">{whyNoResults(props.survey)}</p>
            </Show>
          }
        >
          {(come) => <Come survey={props.survey} results={come()} />}
        </Show>
        <Show when={props.survey.is_mine && !props.survey.is_over}>
          <Unanswered survey={props.survey} />
        </Show>
      </div>
      <Show when={choosing()}>
        <Dialog open size="s" title={word("pictureToChat")} onClose={() => setChoosing(false)}>
          <ChatPicker
            onPick={(chat) => {
              setChoosing(false);
              void sendPicture(around, chat.id);
            }}
          />
        </Dialog>
      </Show>
      <Show when={printed() && results.value()}>
        {(come) => <Paper survey={props.survey} results={come()} />}
      </Show>
    </>
  );
}

const openText = (survey: Survey) => (survey.results === "all" ? "openAll" : "openAuthor");

/** Why nothing of the results is shown now. */
function whyNoResults(survey: Survey): string {
  if (!survey.is_mine && survey.results === "author") return word("resultsAuthor");
  if (!survey.is_over) return word("resultsLater");
  return survey.anonymous ? word("resultsFew") : "";
}

function Person(props: { id: string }) {
  const name = useName(() => props.id);
  return (
    <button type="button" class="survey-person" onClick={() => openPerson(props.id)}>
      {name()}
    </button>
  );
}

function Come(props: { survey: Survey; results: Results }) {
  return (
    <>
      <For each={props.survey.questions}>
        {(question, place) => (
          <section class="survey-result">
            <h3>{question.text}</h3>
            <Show when={props.results.questions[place()]}>
              {(come) => <Chart question={question} come={come()} />}
            </Show>
          </section>
        )}
      </For>
      <Show when={(props.results.units?.length ?? 0) > 0}>
        <h3>{word("byUnit")}</h3>
        <For each={props.results.units}>{(unit) => <Unit survey={props.survey} unit={unit} />}</For>
      </Show>
      <Show when={(props.results.people?.length ?? 0) > 0}>
        <details class="survey-more">
          <summary>{word("whoAnswered", { count: props.results.people?.length ?? 0 })}</summary>
          <ul class="survey-people">
            <For each={props.results.people}>
              {(person) => (
                <li>
                  <Person id={person.user_id} />
                  <time dateTime={new Date(person.ts).toISOString()}>
                    {fullTime(language(), person.ts)}
                  </time>
                  <dl>
                    <For each={props.survey.questions}>
                      {(question, place) => (
                        <>
                          <dt>{question.text}</dt>
                          <dd>{answerText(question, person.answers[place()]) || "—"}</dd>
                        </>
                      )}
                    </For>
                  </dl>
                </li>
              )}
            </For>
          </ul>
        </details>
      </Show>
    </>
  );
}

function Unit(props: { survey: Survey; unit: UnitSums }) {
  const name = () => props.unit.path.at(-1) ?? word("someUnit");
  return (
    <details class="survey-more">
      <summary>
        {name()} · {word("said", { count: props.unit.answered })}
      </summary>
      <For each={props.survey.questions}>
        {(question, place) => (
          <Show when={question.kind !== "text"}>
            <section class="survey-result">
              <h4>{question.text}</h4>
              <Chart
                question={question}
                come={{
                  said: props.unit.said[place()] ?? 0,
                  counts: props.unit.counts[place()] ?? [],
                }}
              />
            </section>
          </Show>
        )}
      </For>
    </details>
  );
}

function Unanswered(props: { survey: Survey }) {
  const { value } = useUnanswered(() => props.survey);
  return (
    <Show when={value()}>
      {(told) => (
        <details class="survey-more">
          <summary>{word("notAnswered", { count: told().many })}</summary>
          <ul class="survey-names">
            <For each={told().users}>
              {(id) => (
                <li>
                  <Person id={id} />
                </li>
              )}
            </For>
          </ul>
        </details>
      )}
    </Show>
  );
}

/** What the printer gets; nobody sees it on the screen. */
function Paper(props: { survey: Survey; results: Results }) {
  const drawn = () => draw(props.survey, props.results).svg;
  return (
    <Portal>
      <div class="survey-paper" innerHTML={drawn()} />
    </Portal>
  );
}
