import { createSignal, createUniqueId, For, Show } from "solid-js";
import { useClient } from "../../bridge/client";
import type { PersonRecord } from "../../engine/records";
import { Button } from "../../ui/controls";
import { orTell } from "../../ui/toasts";
import { DirectoryGroups } from "./DirectoryGroups";
import { Face } from "./Face";
import { MOST_LINES, readList } from "./list";
import { word } from "./words";

interface Answer {
  rows: readonly (readonly string[])[];
  people: Readonly<Record<string, { name?: string; photo?: string }>>;
}

/** What the server made of a list. */
interface Outcome {
  found: number;
  missing: readonly string[];
  several: readonly { line: string; people: readonly PersonRecord[] }[];
}

/** Finds all whom a copied list names, in one request, and gives them to be chosen. */
export function FromList(props: {
  isChosen: (id: string) => boolean;
  onFound: (people: readonly PersonRecord[]) => void;
}) {
  const client = useClient();
  const id = createUniqueId();
  const [text, setText] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [outcome, setOutcome] = createSignal<Outcome>();
  const lines = () => readList(text());
  const find = async () => {
    const rows = lines().slice(0, MOST_LINES);
    setBusy(true);
    const body = { rows };
    const path = "/_depesha/v1/org/find";
    const answer = await orTell(client.command("own.call", { method: "POST", path, body }));
    setBusy(false);
    if (!answer) return;
    const told = answer.body as Answer;
    const people = told.rows.map((ids) => ids.map((each) => personOf(each, told)));
    const found = new Map(
      people.flatMap(([one, ...more]) =>
        one && more.length === 0 ? [[one.id, one] as const] : [],
      ),
    );
    const line = (place: number) => (rows[place] ?? []).join(" · ");
    setOutcome({
      found: found.size,
      missing: people.flatMap((some, place) => (some.length === 0 ? [line(place)] : [])),
      several: people.flatMap((some, place) =>
        some.length > 1 ? [{ line: line(place), people: some }] : [],
      ),
    });
    props.onFound([...found.values()]);
  };
  return (
    <div class="from-list">
      <DirectoryGroups onFound={props.onFound} />
      <div class="field">
        <label for={id}>{word("list")}</label>
        <textarea
          id={id}
          class="input"
          rows={6}
          value={text()}
          placeholder={word("listHint")}
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <small class="field-note">{word("listNote")}</small>
      </div>
      <Show when={lines().length > MOST_LINES}>
        <p class="field-note">{word("listTooLong", { count: MOST_LINES })}</p>
      </Show>
      <Button look="quiet" busy={busy()} disabled={lines().length === 0} onClick={find}>
        {word("listFind", { count: Math.min(lines().length, MOST_LINES) })}
      </Button>
      <Show when={outcome()}>
        {(result) => (
          <div role="status">
            <p>{word("listFound", { count: result().found })}</p>
            <Show when={result().several.length > 0}>
              <h3>{word("listSeveral")}</h3>
              <For each={result().several}>
                {(one) => (
                  <>
                    <p class="field-note">{one.line}</p>
                    <ul class="picker-list">
                      <For each={one.people}>
                        {(person) => (
                          <li>
                            <button
                              type="button"
                              class="row"
                              aria-pressed={props.isChosen(person.id)}
                              onClick={() => props.onFound([person])}
                            >
                              <Face
                                id={person.id}
                                name={person.name}
                                avatar={person.avatar}
                                size="s"
                              />
                              <span class="row-text">
                                <span class="ellipsis">{person.name}</span>
                                <small class="ellipsis">{person.id}</small>
                              </span>
                            </button>
                          </li>
                        )}
                      </For>
                    </ul>
                  </>
                )}
              </For>
            </Show>
            <Show when={result().missing.length > 0}>
              <h3>{word("listMissing", { count: result().missing.length })}</h3>
              <ul class="from-list-missing">
                <For each={result().missing}>{(line) => <li>{line}</li>}</For>
              </ul>
              <p class="field-note">{word("listMissingNote")}</p>
            </Show>
          </div>
        )}
      </Show>
    </div>
  );
}

function personOf(id: string, { people }: Answer): PersonRecord {
  const { name, photo } = people[id] ?? {};
  return {
    id: id as PersonRecord["id"],
    name: name || id,
    ignored: false,
    ...(photo && { avatar: photo as NonNullable<PersonRecord["avatar"]> }),
  };
}
