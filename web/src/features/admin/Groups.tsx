import { createSignal, For, Show } from "solid-js";
import { Button } from "../../ui/controls";
import { usePages } from "../../ui/found";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { ADMIN, useServer, withQuery } from "./ask";
import type { Group } from "./data";
import { Who } from "./Who";
import { word } from "./words";

const PAGE = 100;

/** Groups and channels of the institution, found by name. What is said in them is not shown. */
export function Groups() {
  const server = useServer();
  const [search, setSearch] = createSignal("");
  const {
    found: groups,
    next,
    load,
  } = usePages<Group, number>(search, async (text, after) => {
    const path = withQuery(`${ADMIN}/groups`, { search: text, limit: PAGE, after });
    const answer = await server.call<{ groups: Group[]; next?: number }>("GET", path);
    return answer && { ...answer, found: answer.groups };
  });
  return (
    <>
      <div class="admin-bar">
        <SearchField label={word("findGroup")} value={search()} onInput={setSearch} />
      </div>
      <Show
        when={groups().length > 0}
        fallback={<p class="field-note">{server.busy() ? "" : word("noGroups")}</p>}
      >
        <table class="admin-table">
          <thead>
            <tr>
              <th scope="col">{word("group")}</th>
              <th scope="col">{word("kindOfChat")}</th>
              <th scope="col">{word("members")}</th>
              <th scope="col">{word("madeBy")}</th>
            </tr>
          </thead>
          <tbody>
            <For each={groups()}>
              {(group) => (
                <tr>
                  <td>
                    <span class="admin-who">
                      <Icon name={group.encrypted ? "lock" : "people"} class="icon-s" />
                      <span>
                        {group.name ?? group.room_id}
                        <Show when={group.encrypted}>
                          <span class="sr-only">, {word("isEncrypted")}</span>
                        </Show>
                      </span>
                    </span>
                  </td>
                  <td data-label={word("kindOfChat")}>{word(`chat.${group.kind}`)}</td>
                  <td data-label={word("members")}>{group.members}</td>
                  <td data-label={word("madeBy")}>
                    <Who id={group.creator} />
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
      <Show when={next()}>
        {(after) => (
          <Button look="quiet" busy={server.busy()} onClick={() => load(after())}>
            {word("more")}
          </Button>
        )}
      </Show>
    </>
  );
}
