import { createSignal, For } from "solid-js";
import { useFound } from "../../ui/found";
import { SearchField } from "../../ui/SearchField";
import { Face } from "../people";
import { ADMIN, useServer, withQuery } from "./ask";
import { type Account, nameOf } from "./data";
import { word } from "./words";

/** Finds somebody among all accounts, whomever one sees oneself. */
export function FindPerson(props: { onChoose: (account: Account) => void }) {
  const server = useServer();
  const [text, setText] = createSignal("");
  const found = useFound(text, async (search) => {
    const path = withQuery(`${ADMIN}/people`, { search, limit: 20 });
    const answer = await server.call<{ people: Account[] }>("GET", path);
    return answer?.people.filter((each) => !each.deactivated);
  });
  return (
    <div class="admin-find">
      <SearchField label={word("findPerson")} value={text()} onInput={setText} />
      <ul class="picker-list">
        <For each={found()} fallback={<li class="field-note">{word("nobodyFound")}</li>}>
          {(account) => (
            <li>
              <button type="button" class="row" onClick={() => props.onChoose(account)}>
                <AccountFace account={account} />
              </button>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
}

/** Somebody's picture, name and id. */
export function AccountFace(props: { account: Account }) {
  return (
    <>
      <Face
        id={props.account.user_id}
        name={nameOf(props.account)}
        avatar={props.account.avatar_url}
        size="s"
      />
      <span class="row-text">
        <span class="ellipsis">{nameOf(props.account)}</span>
        <small class="ellipsis">{props.account.user_id}</small>
      </span>
    </>
  );
}
