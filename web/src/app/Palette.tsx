import {
  createEffect,
  createMemo,
  createSignal,
  createUniqueId,
  For,
  Match,
  on,
  onCleanup,
  Show,
  Switch,
} from "solid-js";
import { useClient } from "../bridge/client";
import type { ChatRecord, PersonRecord } from "../engine/records";
import { chatName } from "../features/chats";
import { Face } from "../features/people";
import { type Action, possible } from "../ui/action";
import { Keys } from "../ui/controls";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { chatPlace, go, place } from "../ui/router";
import { orTell } from "../ui/toasts";
import { type Choice, choicesFor } from "./paletteData";
import { recent } from "./recent";
import { word } from "./words";

/** One field for everything: chats, people, actions. */
export default function Palette(props: {
  chats: readonly ChatRecord[];
  commands: readonly Action[];
  onClose: () => void;
}) {
  const client = useClient();
  const id = createUniqueId();
  const [query, setQuery] = createSignal("");
  const [people, setPeople] = createSignal<readonly PersonRecord[]>([]);
  const [active, setActive] = createSignal(0);
  const actions = possible(props.commands);
  const open = place().segments[0] === "chat" ? place().segments[1] : undefined;
  const choices = createMemo(() =>
    choicesFor(query(), {
      chats: props.chats.map((chat) => ({ ...chat, name: chatName(chat) })),
      people: query().trim() ? people() : [],
      actions: actions.map((action) => ({ id: action.id, title: action.label() })),
      recent: recent(),
      open,
    }),
  );
  createEffect(on(choices, () => setActive(0)));
  createEffect(() => {
    const text = query().trim();
    if (text.length < 2) return;
    let gone = false;
    const timer = setTimeout(async () => {
      const answer = await client.command("people.search", { text, limit: 8 });
      if (!gone && answer.ok) setPeople(answer.value.people);
    }, 150);
    onCleanup(() => {
      gone = true;
      clearTimeout(timer);
    });
  });

  const take = async (choice: Choice | undefined) => {
    if (!choice) return;
    props.onClose();
    if (choice.kind === "chat") go(chatPlace(choice.id));
    else if (choice.kind === "action")
      queueMicrotask(() => actions.find((action) => action.id === choice.id)?.run());
    else {
      const made = await orTell(client.command("room.direct", { userId: choice.id }));
      if (made) go(chatPlace(made.roomId));
    }
  };
  const press = (event: KeyboardEvent) => {
    const count = choices().length;
    if (event.key === "ArrowDown") setActive((active() + 1) % Math.max(1, count));
    else if (event.key === "ArrowUp") setActive((active() + count - 1) % Math.max(1, count));
    else if (event.key === "Enter" && !event.isComposing) take(choices()[active()]);
    else return;
    event.preventDefault();
    document.getElementById(`${id}-${active()}`)?.scrollIntoView({ block: "nearest" });
  };

  return (
    <Dialog open size="m" title={word("palette")} hideTitle onClose={props.onClose}>
      <div class="palette">
        <input
          class="palette-field"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={choices().length > 0 ? `${id}-${active()}` : undefined}
          aria-label={word("paletteHint")}
          placeholder={word("paletteHint")}
          autofocus
          autocomplete="off"
          spellcheck={false}
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={press}
        />
        <div class="palette-list" role="listbox" id={id} aria-label={word("palette")}>
          <For each={choices()}>
            {(choice, index) => (
              // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus (aria-activedescendant)
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
              <div
                id={`${id}-${index()}`}
                role="option"
                aria-selected={active() === index()}
                class="palette-choice"
                onPointerMove={() => setActive(index())}
                onClick={() => take(choice)}
              >
                <Line choice={choice} chats={props.chats} people={people()} actions={actions} />
              </div>
            )}
          </For>
        </div>
        <Show when={choices().length === 0}>
          <p class="field-note" role="status">
            {word("paletteNone")}
          </p>
        </Show>
      </div>
    </Dialog>
  );
}

function Line(props: {
  choice: Choice;
  chats: readonly ChatRecord[];
  people: readonly PersonRecord[];
  actions: readonly Action[];
}) {
  const chat = () => props.chats.find((one) => one.id === props.choice.id);
  const person = () => props.people.find((one) => one.id === props.choice.id);
  const action = () => props.actions.find((one) => one.id === props.choice.id);
  return (
    <>
      <Switch
        fallback={
          <span class="palette-icon">
            <Icon name={action()?.icon ?? "chevronRight"} />
          </span>
        }
      >
        <Match when={props.choice.kind === "chat" && chat()}>
          {(one) => (
            <Face
              id={one().peer ?? one().id}
              name={one().name}
              avatar={one().avatar}
              kind={one().kind}
              size="s"
            />
          )}
        </Match>
        <Match when={props.choice.kind === "person" && person()}>
          {(one) => <Face id={one().id} name={one().name} avatar={one().avatar} size="s" />}
        </Match>
      </Switch>
      <span class="ellipsis">{props.choice.title}</span>
      <Show when={props.choice.kind === "person"}>
        <small class="ellipsis">{props.choice.id}</small>
      </Show>
      <Show when={chat()?.unread.messages}>{(count) => <span class="badge">{count()}</span>}</Show>
      <Show when={props.choice.kind === "action" && action()?.shortcut}>
        {(keys) => <Keys shortcut={keys()} />}
      </Show>
    </>
  );
}
