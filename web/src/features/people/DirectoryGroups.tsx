import { createMemo, createSignal, For, Show } from "solid-js";
import { useClient } from "../../bridge/client";
import type { PersonRecord } from "../../engine/records";
import { useFound } from "../../ui/found";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { orTell } from "../../ui/toasts";
import { word } from "./words";

const GROUPS = "/_depesha/v1/directory/groups";

interface Group {
  group_id: string;
  name: string;
  people: number;
}

/** Groups of the institution's directory: a press takes all of one whom I see. */
export function DirectoryGroups(props: { onFound: (people: readonly PersonRecord[]) => void }) {
  const client = useClient();
  const [text, setText] = createSignal("");
  const [taken, setTaken] = createSignal<{ name: string; count: number }>();

  const groups = useFound<Group>(text, async (search) => {
    const path = `${GROUPS}?search=${encodeURIComponent(search)}`;
    // Without a directory there is nothing to choose, and nothing to tell of.
    const answer = await client.command("own.call", { method: "GET", path });
    return answer.ok ? (answer.value.body as { groups: readonly Group[] }).groups : undefined;
  });
  const hasAny = createMemo((before: boolean) => before || groups().length > 0, false);
  const take = async (group: Group) => {
    const path = `${GROUPS}/${encodeURIComponent(group.group_id)}`;
    const answer = await orTell(client.command("own.call", { method: "GET", path }));
    if (!answer) return;
    const { people } = answer.body as { people: readonly { user_id: string; name: string }[] };
    setTaken({ name: group.name, count: people.length });
    props.onFound(
      people.map((one) => ({
        id: one.user_id as PersonRecord["id"],
        name: one.name,
        ignored: false,
      })),
    );
  };
  return (
    <Show when={hasAny()}>
      <section class="from-list" aria-label={word("directoryGroups")}>
        <h3>{word("directoryGroups")}</h3>
        <SearchField label={word("findGroup")} value={text()} onInput={setText} />
        <ul class="picker-list">
          <For each={groups()}>
            {(group) => (
              <li>
                <button type="button" class="row" onClick={() => take(group)}>
                  <Icon name="people" />
                  <span class="row-text">
                    <span class="ellipsis">{group.name}</span>
                    <small>{word("groupOf", { count: group.people })}</small>
                  </span>
                </button>
              </li>
            )}
          </For>
        </ul>
        <Show when={taken()}>
          {(one) => (
            <p role="status">
              {word("groupTaken", { name: one().name, people: word("groupOf", one()) })}
            </p>
          )}
        </Show>
      </section>
    </Show>
  );
}
