import { createEffect, createMemo, createSignal, For, onCleanup, Show } from "solid-js";
import { useClient, useList } from "../../bridge/client";
import type { PersonRecord } from "../../engine/records";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { stepRows } from "../../ui/rows";
import { SearchField } from "../../ui/SearchField";
import { acquaintances, kept, withAddress } from "./data";
import { Face } from "./Face";
import { FromList } from "./FromList";
import { word } from "./words";

/** Finds people as one types and lets some of them be chosen. */
export function PersonPicker(props: {
  chosen: readonly PersonRecord[];
  onChange: (chosen: readonly PersonRecord[]) => void;
  /** Chooses one and is done. */
  single?: boolean;
  exclude?: readonly string[];
}) {
  const client = useClient();
  const [text, setText] = createSignal("");
  const [found, setFound] = createSignal<readonly PersonRecord[]>([]);
  const [searched, setSearched] = createSignal(false);

  createEffect(() => {
    const query = text();
    let gone = false;
    const timer = setTimeout(async () => {
      const answer = await client.command("people.search", { text: query, limit: 30 });
      if (gone) return;
      setSearched(true);
      setFound(withAddress(answer.ok ? answer.value.people : [], query));
    }, 150);
    onCleanup(() => {
      gone = true;
      clearTimeout(timer);
    });
  });

  const [fromList, setFromList] = createSignal(false);
  const chats = useList("chats", () => null);
  const known = () => acquaintances(chats.order().flatMap((id) => chats.row(id) ?? []));
  const isChosen = (id: string) => props.chosen.some((person) => person.id === id);
  // A row that stays keeps the focus, though the answer came anew.
  const shown = createMemo<readonly PersonRecord[]>((before) => {
    const people = text().trim() ? found() : known();
    return kept(
      before,
      people.filter((person) => !props.exclude?.includes(person.id)),
    );
  }, []);
  const toggle = (person: PersonRecord) => {
    if (props.single) props.onChange([person]);
    else if (isChosen(person.id)) props.onChange(props.chosen.filter(({ id }) => id !== person.id));
    else props.onChange([...props.chosen, person]);
  };

  const addAll = (people: readonly PersonRecord[]) =>
    props.onChange([
      ...props.chosen,
      ...people.filter(({ id }) => !isChosen(id) && !props.exclude?.includes(id)),
    ]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the field and the buttons inside
    <div class="picker" onKeyDown={stepRows}>
      <Show when={!fromList()}>
        <SearchField label={word("search")} value={text()} onInput={setText} />
      </Show>
      <Show when={!props.single}>
        <Button
          look="quiet"
          icon={fromList() ? "search" : "list"}
          onClick={() => setFromList(!fromList())}
        >
          {word(fromList() ? "oneByOne" : "fromList")}
        </Button>
      </Show>
      <Show when={!props.single && props.chosen.length > 0}>
        <ul class="chips" aria-label={word("chosen", { count: props.chosen.length })}>
          <For each={props.chosen}>
            {(person) => (
              <li>
                <button
                  type="button"
                  class="chip"
                  aria-label={word("remove", { name: person.name })}
                  onClick={() => toggle(person)}
                >
                  {person.name}
                  <Icon name="close" class="icon-s" />
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={fromList()}>
        <FromList isChosen={isChosen} onFound={addAll} />
      </Show>
      <ul class="picker-list" hidden={fromList()}>
        <For each={shown()}>
          {(person) => (
            <li>
              <button
                type="button"
                class="row"
                aria-pressed={props.single ? undefined : isChosen(person.id)}
                onClick={() => toggle(person)}
              >
                <Face
                  id={person.id}
                  name={person.name}
                  avatar={person.avatar}
                  size="s"
                  presence={person.presence}
                />
                <span class="row-text">
                  <span class="ellipsis">{person.name}</span>
                  <small class="ellipsis">{person.id}</small>
                </span>
                <Show when={isChosen(person.id)}>
                  <Icon name="check" />
                </Show>
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={!fromList() && text().trim() && searched() && shown().length === 0}>
        <p class="field-note">
          {word("nobody")}. {word("nobodyHint")}
        </p>
      </Show>
    </div>
  );
}
