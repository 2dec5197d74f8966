import { createSignal, createUniqueId, For, Index, onMount, Show } from "solid-js";
import { dayEdge, localInput } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { PersonRecord } from "../../engine/records";
import { Button, IconButton, NoticeBox, Segments, Switch, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { go } from "../../ui/router";
import { tell } from "../../ui/toasts";
import { uiWord } from "../../ui/uiWords";
import { PersonPicker } from "../people";
import { createSurvey } from "./commands";
import {
  isWhole,
  type Kind,
  MOST_CHOICES,
  MOST_QUESTIONS,
  newQuestion,
  type QuestionDraft,
  questionOf,
} from "./data";
import { loadAskable, type Unit } from "./units";
import { word } from "./words";
import "./view.css";

const DAY_MS = 86_400_000;
const daysAhead = (days: number) => localInput(Date.now() + days * DAY_MS).slice(0, 10);

/** Makes a survey: for the chat it is opened in, else for units and people. */
export default function NewSurvey(props: {
  where?: { roomId: string; threadId?: string };
  onClose: () => void;
}) {
  const client = useClient();
  const [title, setTitle] = createSignal("");
  const [about, setAbout] = createSignal("");
  const [questions, setQuestions] = createSignal<readonly QuestionDraft[]>([newQuestion()]);
  const [anonymous, setAnonymous] = createSignal(false);
  const [changeable, setChangeable] = createSignal(false);
  const [shown, setShown] = createSignal(props.where !== undefined);
  const [day, setDay] = createSignal(daysAhead(14));
  const [units, setUnits] = createSignal<readonly number[]>([]);
  const [people, setPeople] = createSignal<readonly PersonRecord[]>([]);
  const [busy, setBusy] = createSignal(false);
  const aboutId = createUniqueId();
  const until = () => dayEdge(day(), true);
  const hasTarget = () => props.where !== undefined || units().length > 0 || people().length > 0;
  const ready = () =>
    title().trim() !== "" && questions().every(isWhole) && until() !== undefined && hasTarget();
  const change = (place: number, part: Partial<QuestionDraft>) =>
    setQuestions(questions().map((one, at) => (at === place ? { ...one, ...part } : one)));

  const create = async () => {
    const ends = until();
    if (ends === undefined) return;
    setBusy(true);
    const id = await createSurvey(client, props.where, {
      title: title().trim(),
      about: about().trim(),
      questions: questions().map(questionOf),
      anonymous: anonymous(),
      changeable: changeable() && !anonymous(),
      results: shown() ? "all" : "author",
      until_ts: ends,
      units: units(),
      users: people().map(({ id: user }) => user),
    });
    setBusy(false);
    if (id === undefined) return;
    props.onClose();
    if (props.where) return;
    tell(word("sent"));
    go(`#/surveys/${encodeURIComponent(id)}`);
  };

  return (
    <Dialog
      open
      size="l"
      title={word("newTitle")}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" onClick={props.onClose}>
            {uiWord("cancel")}
          </Button>
          <Button look="primary" busy={busy()} disabled={!ready()} onClick={create}>
            {word("create")}
          </Button>
        </>
      }
    >
      <TextField label={word("title")} value={title()} onInput={setTitle} maxLength={340} />
      <div class="field">
        <label for={aboutId}>{word("about")}</label>
        <textarea
          id={aboutId}
          class="input"
          rows="2"
          maxLength={4000}
          value={about()}
          onInput={(event) => setAbout(event.currentTarget.value)}
        />
      </div>
      <Show when={!props.where}>
        <Whom units={units()} onUnits={setUnits} people={people()} onPeople={setPeople} />
      </Show>
      <ol class="survey-drafts">
        <Index each={questions()}>
          {(draft, place) => (
            <li>
              <Draft
                number={place + 1}
                draft={draft()}
                onChange={(part) => change(place, part)}
                {...(questions().length > 1 && {
                  onRemove: () => setQuestions(questions().filter((_, at) => at !== place)),
                })}
              />
            </li>
          )}
        </Index>
      </ol>
      <Button
        icon="plus"
        disabled={questions().length >= MOST_QUESTIONS}
        onClick={() => setQuestions([...questions(), newQuestion()])}
      >
        {word("addQuestion")}
      </Button>
      <TextField
        label={word("lastDay")}
        type="date"
        min={daysAhead(0)}
        max={daysAhead(364)}
        value={day()}
        onInput={setDay}
      />
      <Switch
        label={word("makeAnonymous")}
        note={word("makeAnonymousNote")}
        checked={anonymous()}
        onChange={setAnonymous}
      />
      <Show when={!anonymous()}>
        <Switch label={word("makeChangeable")} checked={changeable()} onChange={setChangeable} />
      </Show>
      <Switch label={word("makeShown")} checked={shown()} onChange={setShown} />
      <NoticeBox>{word("kept")}</NoticeBox>
    </Dialog>
  );
}

const KINDS: readonly Kind[] = ["one", "many", "scale", "text"];

function Draft(props: {
  number: number;
  draft: QuestionDraft;
  onChange: (part: Partial<QuestionDraft>) => void;
  onRemove?: () => void;
}) {
  const choices = () => props.draft.choices;
  const putChoice = (place: number, text: string) =>
    props.onChange({ choices: choices().map((one, at) => (at === place ? text : one)) });
  return (
    <fieldset class="survey-draft">
      <legend class="sr-only">{word("question", { count: props.number })}</legend>
      <div class="field-row">
        <TextField
          label={word("question", { count: props.number })}
          value={props.draft.text}
          onInput={(text) => props.onChange({ text })}
          maxLength={1000}
        />
        <Show when={props.onRemove}>
          {(remove) => (
            <IconButton
              icon="trash"
              label={word("removeQuestion", { count: props.number })}
              onClick={() => remove()()}
            />
          )}
        </Show>
      </div>
      <Segments
        label={word("kind")}
        value={props.draft.kind}
        options={KINDS.map((kind) => ({ value: kind, label: word(`kind.${kind}`) }))}
        onChange={(kind) => props.onChange({ kind })}
      />
      <Show when={props.draft.kind === "one" || props.draft.kind === "many"}>
        <Index each={choices()}>
          {(choice, place) => (
            <div class="field-row">
              <TextField
                label={word("choiceNumber", { count: place + 1 })}
                value={choice()}
                onInput={(text) => putChoice(place, text)}
                maxLength={340}
              />
              <IconButton
                icon="close"
                label={word("removeChoice", { count: place + 1 })}
                disabled={choices().length <= 2}
                onClick={() =>
                  props.onChange({ choices: choices().filter((_, at) => at !== place) })
                }
              />
            </div>
          )}
        </Index>
        <Button
          look="quiet"
          icon="plus"
          disabled={choices().length >= MOST_CHOICES}
          onClick={() => props.onChange({ choices: [...choices(), ""] })}
        >
          {word("addChoice")}
        </Button>
      </Show>
      <Show when={props.draft.kind === "scale"}>
        <TextField
          label={word("steps")}
          type="number"
          min={2}
          max={10}
          value={String(props.draft.steps)}
          onInput={(text) => {
            const steps = Math.min(10, Math.max(2, Math.round(Number(text)) || 2));
            props.onChange({ steps });
          }}
        />
        <div class="survey-ends">
          <TextField
            label={word("least")}
            value={props.draft.least}
            onInput={(least) => props.onChange({ least })}
            maxLength={100}
          />
          <TextField
            label={word("most")}
            value={props.draft.most}
            onInput={(most) => props.onChange({ most })}
            maxLength={100}
          />
        </div>
      </Show>
      <Switch
        label={word("required")}
        checked={props.draft.required}
        onChange={(required) => props.onChange({ required })}
      />
    </fieldset>
  );
}

/** Whom a survey is for: units that one may ask, and people. */
function Whom(props: {
  units: readonly number[];
  onUnits: (units: readonly number[]) => void;
  people: readonly PersonRecord[];
  onPeople: (people: readonly PersonRecord[]) => void;
}) {
  const client = useClient();
  /** Null while it is not known. */
  const [all, setAll] = createSignal<readonly Unit[] | undefined | null>(null);
  const [choosing, setChoosing] = createSignal(false);
  onMount(async () => setAll(await loadAskable(client)));
  const known = () => all() ?? [];
  const label = (id: number) => known().find((unit) => unit.id === id)?.path ?? String(id);
  return (
    <fieldset class="survey-draft">
      <legend class="field-label">{word("whom")}</legend>
      <ul class="chips">
        <For each={props.units}>
          {(unit) => (
            <li>
              <button
                type="button"
                class="chip"
                aria-label={word("takeAway", { name: label(unit) })}
                onClick={() => props.onUnits(props.units.filter((each) => each !== unit))}
              >
                {label(unit)}
                <Icon name="close" class="icon-s" />
              </button>
            </li>
          )}
        </For>
        <For each={props.people}>
          {(person) => (
            <li>
              <button
                type="button"
                class="chip"
                aria-label={word("takeAway", { name: person.name })}
                onClick={() => props.onPeople(props.people.filter(({ id }) => id !== person.id))}
              >
                {person.name}
                <Icon name="close" class="icon-s" />
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={known().length > 0}>
        <select
          class="input"
          aria-label={word("addUnit")}
          value=""
          onChange={(event) => {
            const unit = Number(event.currentTarget.value);
            event.currentTarget.value = "";
            if (unit) props.onUnits([...new Set([...props.units, unit])]);
          }}
        >
          <option value="">{word("addUnit")}</option>
          <For each={known()}>{(unit) => <option value={unit.id}>{unit.path}</option>}</For>
        </select>
      </Show>
      <Show
        when={all() !== undefined}
        fallback={<NoticeBox look="warn">{word("mayNotAsk")}</NoticeBox>}
      >
        <Button look="quiet" icon="personAdd" onClick={() => setChoosing(true)}>
          {word("addPeople")}
        </Button>
        <p class="field-note">{word("whomNote")}</p>
      </Show>
      <Show when={choosing()}>
        <Dialog
          open
          size="s"
          title={word("addPeople")}
          onClose={() => setChoosing(false)}
          footer={
            <Button look="primary" onClick={() => setChoosing(false)}>
              {word("done")}
            </Button>
          }
        >
          <PersonPicker chosen={props.people} onChange={props.onPeople} />
        </Dialog>
      </Show>
    </fieldset>
  );
}
