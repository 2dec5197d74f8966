import { createSignal, For, Show } from "solid-js";
import { Segments } from "../../ui/controls";
import { useFound } from "../../ui/found";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { ADMIN, useServer, withQuery } from "./ask";
import { type Group, hasWhole, nameOf } from "./data";
import { FindPerson } from "./FindPerson";
import { me } from "./rights";
import { word } from "./words";

export interface Target {
  readonly id: string;
  readonly name: string;
}

/** Finds whose correspondence is meant: a person's, or a chat's. */
export function FindTarget(props: { onChoose: (target: Target) => void }) {
  const [kind, setKind] = createSignal<"person" | "chat">("person");
  return (
    <>
      <Show when={hasWhole(me(), "rooms.moderate")}>
        <Segments
          label={word("whose")}
          value={kind()}
          options={[
            { value: "person", label: word("ofPerson") },
            { value: "chat", label: word("ofChat") },
          ]}
          onChange={setKind}
        />
      </Show>
      <Show
        when={kind() === "chat"}
        fallback={
          <FindPerson
            onChoose={(account) => props.onChoose({ id: account.user_id, name: nameOf(account) })}
          />
        }
      >
        <FindGroup
          onChoose={(group) =>
            props.onChoose({ id: group.room_id, name: group.name ?? group.room_id })
          }
        />
      </Show>
    </>
  );
}

function FindGroup(props: { onChoose: (group: Group) => void }) {
  const server = useServer();
  const [text, setText] = createSignal("");
  const found = useFound(text, async (search) => {
    const path = withQuery(`${ADMIN}/groups`, { search, limit: 20 });
    return (await server.call<{ groups: Group[] }>("GET", path))?.groups;
  });
  return (
    <div class="admin-find">
      <SearchField label={word("findGroup")} value={text()} onInput={setText} />
      <ul class="picker-list">
        <For each={found()} fallback={<li class="field-note">{word("noGroups")}</li>}>
          {(group) => (
            <li>
              <button type="button" class="row" onClick={() => props.onChoose(group)}>
                <Icon name="people" />
                <span class="row-text">
                  <span class="ellipsis">{group.name ?? group.room_id}</span>
                  <small class="ellipsis">{word("memberCount", { count: group.members })}</small>
                </span>
              </button>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
}
