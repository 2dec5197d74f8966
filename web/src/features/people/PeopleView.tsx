import { createEffect, createSignal, For, Match, onCleanup, Show, Switch } from "solid-js";
import { useClient, useValue } from "../../bridge/client";
import type { Commands } from "../../bridge/protocol";
import type { ChatRecord, EmployeeRecord } from "../../engine/records";
import { Button, Empty, IconButton } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { go } from "../../ui/router";
import { ChatPicker } from "./ChatPicker";
import { countWaiting } from "./data";
import { allowDrop, dragged, everyoneOf } from "./drag";
import { setTaking } from "./invite";
import { openPerson } from "./PersonCard";
import { Requests } from "./Requests";
import { PersonRow, Tree } from "./Tree";
import { type Chosen, isNobody, NOBODY, togglePerson, toggleUnit } from "./treeRows";
import "./people.css";
import { word } from "./words";

/** The institution's people, and the request box. */
export function PeopleView(props: { section: string | undefined }) {
  const contacts = useValue("contacts", () => null);
  const invites = useValue("unitInvites", () => null);
  const waiting = () => countWaiting(contacts(), invites());
  return (
    <section class="people" aria-label={word("people")}>
      <header class="people-head">
        <IconButton icon="back" class="only-phone" label={word("back")} onClick={() => go("#/")} />
        <h2>{word("people")}</h2>
        <nav class="people-tabs" aria-label={word("people")}>
          <a href="#/people" aria-current={props.section === undefined ? "page" : undefined}>
            {word("institution")}
          </a>
          <a
            href="#/people/requests"
            aria-current={props.section === "requests" ? "page" : undefined}
          >
            {word("requests")}
            <Show when={waiting() > 0}>
              <span class="badge">{waiting()}</span>
            </Show>
          </a>
        </nav>
      </header>
      <Show when={props.section === "requests"} fallback={<Institution />}>
        <Requests />
      </Show>
    </section>
  );
}

type Found = Commands["org.find"]["value"];

function Institution() {
  const client = useClient();
  const institution = useValue("institution", () => null);
  /** The sync tells of the tree wherever there is one, also those who are not in it. */
  const told = useValue("account", () => ({ type: "org.depesha.org" }));
  const [text, setText] = createSignal("");
  const [found, setFound] = createSignal<Found>();
  const [choosing, setChoosing] = createSignal(false);
  const [chosen, setChosen] = createSignal<Chosen>(NOBODY);
  const change = (next: Chosen) => {
    setChosen(next);
    if (!isNobody(next)) setChoosing(true);
  };
  const stop = () => {
    setChoosing(false);
    setChosen(NOBODY);
  };

  createEffect(() => {
    const query = text().trim();
    if (!query) return setFound(undefined);
    let gone = false;
    const timer = setTimeout(async () => {
      for (let more = true; more && !gone; ) {
        const answer = await client.command("org.find", { text: query, limit: 40 });
        if (!gone && answer.ok) setFound(answer.value);
        more = answer.ok && !answer.value.complete;
      }
    }, 150);
    onCleanup(() => {
      gone = true;
      clearTimeout(timer);
    });
  });

  return (
    <Switch fallback={<div class="people-wait spinner" />}>
      <Match when={institution()?.units.length === 0 && told()}>
        <Empty icon="people" title={word("noPlace")} text={word("noPlaceText")}>
          <Button look="quiet" icon="personAdd" onClick={() => go("#/people/requests")}>
            {word("byAddress")}
          </Button>
        </Empty>
      </Match>
      <Match when={institution()?.units.length === 0}>
        <Empty icon="people" title={word("noTree")} text={word("noTreeText")} />
      </Match>
      <Match when={institution()}>
        {(tree) => (
          <>
            <div class="people-tools">
              <div class="search-field">
                <Icon name="search" class="icon-s" />
                <input
                  type="search"
                  value={text()}
                  placeholder={word("findPeople")}
                  aria-label={word("findPeople")}
                  autocomplete="off"
                  onInput={(event) => setText(event.currentTarget.value)}
                  onKeyDown={(event) => event.key === "Escape" && setText("")}
                />
                <Show when={text()}>
                  <IconButton icon="close" label={word("clear")} onClick={() => setText("")} />
                </Show>
              </div>
              <Button
                look="quiet"
                icon="check"
                aria-pressed={choosing()}
                onClick={() => (choosing() ? stop() : setChoosing(true))}
              >
                {word("choose")}
              </Button>
            </div>
            <Show when={tree().kept}>
              <p class="people-kept">{word("kept")}</p>
            </Show>
            <Show
              when={text().trim()}
              fallback={
                <Tree
                  units={tree().units}
                  chosen={chosen()}
                  choosing={choosing()}
                  onChange={change}
                />
              }
            >
              <FoundList
                found={found()}
                chosen={chosen()}
                choosing={choosing()}
                onChange={change}
              />
            </Show>
            <ChosenBar chosen={chosen()} onDone={stop} choosing={choosing()} />
          </>
        )}
      </Match>
    </Switch>
  );
}

function FoundList(props: {
  found: Found | undefined;
  chosen: Chosen;
  choosing: boolean;
  onChange: (chosen: Chosen) => void;
}) {
  const isNothing = () => {
    const { found } = props;
    return found?.complete && found.units.length + found.people.length === 0;
  };
  const hasUnit = (id: number) => props.chosen.units.some((unit) => unit.id === id);
  const hasPerson = (id: string) => props.chosen.people.some((person) => person.id === id);
  const pick = (person: EmployeeRecord) => {
    if (props.choosing) props.onChange(togglePerson(props.chosen, person));
    else openPerson(person.id);
  };
  return (
    <div class="people-found">
      <Show when={props.found?.units.length}>
        <h3>{word("levels")}</h3>
        <ul>
          <For each={props.found?.units}>
            {(unit) => (
              <li>
                <button
                  type="button"
                  class="row"
                  aria-pressed={hasUnit(unit.id)}
                  onClick={() => props.onChange(toggleUnit(props.chosen, unit))}
                >
                  <Icon name="people" />
                  <span class="row-text ellipsis">{unit.name}</span>
                  <span class="tick" classList={{ on: hasUnit(unit.id) }}>
                    <Show when={hasUnit(unit.id)}>
                      <Icon name="check" class="icon-s" />
                    </Show>
                  </span>
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={props.found?.people.length}>
        <h3>{word("people")}</h3>
        <ul>
          <For each={props.found?.people}>
            {(person) => (
              <li>
                <button
                  type="button"
                  class="row"
                  aria-pressed={props.choosing ? hasPerson(person.id) : undefined}
                  onClick={() => pick(person)}
                >
                  <PersonRow person={person} />
                  <Show when={props.choosing}>
                    <span class="tick" classList={{ on: hasPerson(person.id) }}>
                      <Show when={hasPerson(person.id)}>
                        <Icon name="check" class="icon-s" />
                      </Show>
                    </span>
                  </Show>
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={props.found && !props.found.complete}>
        <p class="people-kept" role="status">
          {word("searching")}
        </p>
      </Show>
      <Show when={isNothing()}>
        <Empty icon="search" title={word("nobody")} text={word("nobodySeen")} />
      </Show>
    </div>
  );
}

/** What is chosen, and what can be made of it; also where dragged people are let go. */
function ChosenBar(props: { chosen: Chosen; choosing: boolean; onDone: () => void }) {
  const client = useClient();
  const [picking, setPicking] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const take = async (what: Chosen, room?: ChatRecord) => {
    setBusy(true);
    const people = await everyoneOf(client, what);
    setBusy(false);
    if (!people) return;
    setPicking(false);
    setTaking({ people, chosen: what, ...(room && { room: { id: room.id, name: room.name } }) });
    props.onDone();
  };
  const label = () =>
    [
      props.chosen.people.length > 0 && word("chosen", { count: props.chosen.people.length }),
      props.chosen.units.length > 0 && word("chosenUnits", { count: props.chosen.units.length }),
    ]
      .filter(Boolean)
      .join(", ");
  return (
    <>
      <Show when={dragged()}>
        {(what) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: for the pointer; keys choose by boxes
          <div
            class="people-drop"
            onDragOver={allowDrop}
            onDrop={(event) => {
              event.preventDefault();
              take(what());
            }}
          >
            <Icon name="people" /> {word("dropHere")}
          </div>
        )}
      </Show>
      <Show when={props.choosing && !dragged()}>
        <footer class="people-bar">
          <span class="people-count" role="status">
            {label() || word("chooseHint")}
          </span>
          <Button onClick={() => props.onDone()}>{word("cancel")}</Button>
          <Button look="quiet" disabled={isNobody(props.chosen)} onClick={() => setPicking(true)}>
            {word("toChat")}
          </Button>
          <Button
            look="primary"
            busy={busy()}
            disabled={isNobody(props.chosen)}
            onClick={() => take(props.chosen)}
          >
            {word("toGroup")}
          </Button>
        </footer>
      </Show>
      <Show when={picking()}>
        <Dialog open size="s" title={word("toChat")} onClose={() => setPicking(false)}>
          <ChatPicker onPick={(chat) => take(props.chosen, chat)} />
        </Dialog>
      </Show>
    </>
  );
}
