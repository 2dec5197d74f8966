import { createEffect, createSignal, For, on, Show } from "solid-js";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { usePages } from "../../ui/found";
import { SearchField } from "../../ui/SearchField";
import { ADMIN, useServer, withQuery } from "./ask";
import { type Account, hasWhole, nameOf, stateOf } from "./data";
import { AccountFace } from "./FindPerson";
import { PersonDialog } from "./PersonDialog";
import { roleName } from "./Roles";
import { me } from "./rights";
import { Secret } from "./Secret";
import { word } from "./words";

const PAGE = 50;

/** Everyone who has an account: found by words, made, and opened. */
export function People() {
  const server = useServer();
  const [search, setSearch] = createSignal("");
  const {
    found: people,
    next,
    load,
  } = usePages<Account, string>(search, async (text, after) => {
    const path = withQuery(`${ADMIN}/people`, { search: text, limit: PAGE, after });
    const answer = await server.call<{ people: Account[]; next?: string }>("GET", path);
    return answer && { ...answer, found: answer.people };
  });
  const [making, setMaking] = createSignal(false);
  const [openId, setOpenId] = createSignal<string>();
  const opened = () => people().find(({ user_id }) => user_id === openId());

  createEffect(on(people, () => opened() || setOpenId(undefined), { defer: true }));

  return (
    <>
      <div class="admin-bar">
        <SearchField label={word("findPerson")} value={search()} onInput={setSearch} />
        <Show when={hasWhole(me(), "people.keep")}>
          <Button look="primary" icon="personAdd" onClick={() => setMaking(true)}>
            {word("newAccount")}
          </Button>
        </Show>
      </div>
      <table class="admin-table">
        <thead>
          <tr>
            <th scope="col">{word("person")}</th>
            <th scope="col">{word("roles")}</th>
            <th scope="col">{word("state")}</th>
          </tr>
        </thead>
        <tbody>
          <For each={people()}>
            {(account) => (
              <tr>
                <td>
                  <button type="button" class="row" onClick={() => setOpenId(account.user_id)}>
                    <AccountFace account={account} />
                  </button>
                </td>
                <td data-label={word("roles")}>
                  <ul class="chips">
                    <For each={account.roles}>
                      {(grant) => <li class="admin-chip">{roleName(grant.role)}</li>}
                    </For>
                  </ul>
                </td>
                <td data-label={word("state")}>
                  <span class="admin-state" data-state={stateOf(account)}>
                    {word(`state.${stateOf(account)}`)}
                  </span>
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={people().length === 0 && !server.busy()}>
        <p class="field-note">{word("nobodyFound")}</p>
      </Show>
      <Show when={next()}>
        {(after) => (
          <Button look="quiet" busy={server.busy()} onClick={() => load(after())}>
            {word("more")}
          </Button>
        )}
      </Show>
      <Show when={making()}>
        <NewAccount onClose={() => setMaking(false)} onMade={() => load()} />
      </Show>
      <Show when={opened()}>
        {(account) => (
          <PersonDialog
            account={account()}
            onClose={() => setOpenId(undefined)}
            onChange={() => load()}
          />
        )}
      </Show>
    </>
  );
}

/** Makes an account; its password, made up by the server, is shown once. */
function NewAccount(props: { onClose: () => void; onMade: () => void }) {
  const server = useServer();
  const [name, setName] = createSignal("");
  const [made, setMade] = createSignal<{ user_id: string; password?: string }>();
  const make = async () => {
    const body = { username: name().trim().toLowerCase() };
    const answer = await server.call<{ user_id: string; password?: string }>(
      "POST",
      `${ADMIN}/users`,
      body,
    );
    if (!answer) return;
    setMade(answer);
    props.onMade();
  };
  return (
    <Dialog
      open
      size="s"
      title={word("newAccount")}
      onClose={props.onClose}
      footer={
        <Show
          when={made()}
          fallback={
            <Button look="primary" busy={server.busy()} disabled={!name().trim()} onClick={make}>
              {word("make")}
            </Button>
          }
        >
          <Button look="primary" onClick={() => props.onClose()}>
            {word("done")}
          </Button>
        </Show>
      }
    >
      <Show
        when={made()}
        fallback={
          <form
            onSubmit={(event) => {
              event.preventDefault();
              make();
            }}
          >
            <TextField
              label={word("userName")}
              value={name()}
              onInput={setName}
              note={word("userNameNote")}
              autocomplete="off"
              autocapitalize="none"
            />
          </form>
        }
      >
        {(account) => <Secret who={nameOf(account())} password={account().password ?? ""} />}
      </Show>
    </Dialog>
  );
}
