import { createSignal, For, Show, Suspense } from "solid-js";
import { Button, Empty, IconButton } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { go } from "../../ui/router";
import { useSurveys } from "./ask";
import { type SurveyLine, sorted } from "./data";
import NewSurvey from "./NewSurvey";
import { OneSurvey } from "./OneSurvey";
import { noteOf } from "./told";
import { word } from "./words";
import "./view.css";

/** All surveys that concern me, or one of them. */
export default function SurveysView(props: { id: string | undefined }) {
  return (
    <Show when={props.id} keyed fallback={<All />}>
      {(id) => <OneSurvey id={id} />}
    </Show>
  );
}

function All() {
  const { value, failure, load } = useSurveys();
  const [making, setMaking] = createSignal(false);
  const lists = () => sorted(value()?.surveys ?? []);
  return (
    <section class="surveys" aria-label={word("surveys")}>
      <header class="side-head">
        <IconButton icon="back" class="only-phone" label={word("back")} onClick={() => go("#/")} />
        <h2>{word("surveys")}</h2>
        <Button look="quiet" icon="plus" onClick={() => setMaking(true)}>
          {word("new")}
        </Button>
      </header>
      <div class="surveys-body">
        <Show when={failure()}>
          <p class="field-note" role="status">
            {word("notLoaded")} <Button onClick={load}>{word("again")}</Button>
          </p>
        </Show>
        <Show when={value()?.surveys.length === 0}>
          <Empty icon="poll" title={word("none")} text={word("noneText")} />
        </Show>
        <List title={word("listWaiting")} lines={lists().waiting} />
        <List title={word("listMine")} lines={lists().mine} />
        <List title={word("listRest")} lines={lists().rest} />
      </div>
      <Suspense>
        <Show when={making()}>
          <NewSurvey
            onClose={() => {
              setMaking(false);
              void load();
            }}
          />
        </Show>
      </Suspense>
    </section>
  );
}

function List(props: { title: string; lines: readonly SurveyLine[] }) {
  return (
    <Show when={props.lines.length > 0}>
      <h3>{props.title}</h3>
      <ul class="surveys-list" aria-label={props.title}>
        <For each={props.lines}>
          {(line) => (
            <li>
              <a class="row" href={`#/surveys/${encodeURIComponent(line.survey_id)}`}>
                <Icon name={line.has_answered ? "check" : "poll"} />
                <span class="row-text">
                  <span class="ellipsis">{line.title}</span>
                  <small>{noteOf(line)}</small>
                </span>
                <Icon name="chevronRight" class="icon-s" />
              </a>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
