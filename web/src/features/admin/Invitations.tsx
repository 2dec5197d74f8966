import { createSignal, For, onMount, Show } from "solid-js";
import { fullTime } from "../../base/format";
import { Button, IconButton, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { language } from "../../ui/preferences";
import { tell } from "../../ui/toasts";
import { ADMIN, useServer } from "./ask";
import { codePath } from "./data";
import { word } from "./words";

const DAY = 24 * 3600 * 1000;
const MARGIN = 3;
const TOKENS = `${ADMIN}/registration_tokens`;

interface Token {
  token: string;
  uses_allowed: number | null;
  uses: number;
  expires_ts: number | null;
}

/** What lets people register: each with a link to send and a code to show. */
export function Invitations() {
  const server = useServer();
  const [tokens, setTokens] = createSignal<readonly Token[]>([]);
  const [uses, setUses] = createSignal("1");
  const [days, setDays] = createSignal("7");
  const [shown, setShown] = createSignal<Token & { link: string; qr: readonly string[] }>();
  const path = (token: string) => `${TOKENS}/${encodeURIComponent(token)}`;
  const load = async () => {
    const answer = await server.call<{ tokens: Token[] }>("GET", TOKENS);
    if (answer) setTokens(answer.tokens);
  };
  onMount(load);
  const show = async (token: string) => setShown(await server.call("GET", path(token)));
  const make = async () => {
    const body = {
      ...(uses() && { uses_allowed: Number(uses()) }),
      ...(days() && { expires_ts: Date.now() + Number(days()) * DAY }),
    };
    const made = await server.call<Token>("POST", TOKENS, body);
    if (!made) return;
    await load();
    await show(made.token);
  };
  const revoke = async (token: string) => {
    if (await server.call("DELETE", path(token))) await load();
  };
  const copy = async (link: string) => {
    await navigator.clipboard.writeText(link);
    tell(word("copied"));
  };
  return (
    <>
      <form
        class="admin-bar"
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <TextField
          label={word("usesAllowed")}
          type="number"
          min="1"
          value={uses()}
          onInput={setUses}
        />
        <TextField label={word("forDays")} type="number" min="1" value={days()} onInput={setDays} />
        <Button look="primary" type="submit" icon="plus" busy={server.busy()}>
          {word("invite")}
        </Button>
      </form>
      <table class="admin-table">
        <thead>
          <tr>
            <th scope="col">{word("invitation")}</th>
            <th scope="col">{word("used")}</th>
            <th scope="col">{word("ends")}</th>
            <th scope="col">
              <span class="sr-only">{word("acts")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={tokens()}>
            {(token) => (
              <tr>
                <td>
                  <code>{token.token}</code>
                </td>
                <td data-label={word("used")}>
                  {token.uses_allowed === null
                    ? token.uses
                    : word("usedOf", { uses: token.uses, most: token.uses_allowed })}
                </td>
                <td data-label={word("ends")}>
                  {token.expires_ts === null
                    ? word("never")
                    : fullTime(language(), token.expires_ts)}
                </td>
                <td class="admin-acts">
                  <IconButton
                    icon="link"
                    label={word("showLink", { token: token.token })}
                    onClick={() => show(token.token)}
                  />
                  <IconButton
                    icon="trash"
                    label={word("revoke", { token: token.token })}
                    onClick={() => revoke(token.token)}
                  />
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={tokens().length === 0 && !server.busy()}>
        <p class="field-note">{word("noInvitations")}</p>
      </Show>
      <Show when={shown()}>
        {(token) => (
          <Dialog
            open
            size="s"
            title={word("invitation")}
            onClose={() => setShown(undefined)}
            footer={
              <Button look="primary" icon="copy" onClick={() => copy(token().link)}>
                {word("copyLink")}
              </Button>
            }
          >
            <svg
              class="admin-code"
              viewBox={`${-MARGIN} ${-MARGIN} ${token().qr.length + 2 * MARGIN} ${token().qr.length + 2 * MARGIN}`}
              role="img"
              aria-label={word("codeOfLink")}
              shape-rendering="crispEdges"
            >
              <rect
                x={-MARGIN}
                y={-MARGIN}
                width={token().qr.length + 2 * MARGIN}
                height={token().qr.length + 2 * MARGIN}
                fill="#fff"
              />
              <path d={codePath(token().qr)} fill="#000" />
            </svg>
            <p class="admin-link-text">{token().link}</p>
          </Dialog>
        )}
      </Show>
    </>
  );
}
