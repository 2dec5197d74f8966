import { createSignal, For, onMount, Show } from "solid-js";
import { makeCustody } from "../../base/custody";
import { fullTime } from "../../base/format";
import { ask } from "../../ui/Confirm";
import { Button, IconButton, NoticeBox } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { language } from "../../ui/preferences";
import { tell } from "../../ui/toasts";
import { ADMIN, useServer } from "./ask";
import { type Account, type Custody as Found, hasWhole, nameOf } from "./data";
import { AccountFace, FindPerson } from "./FindPerson";
import { me } from "./rights";
import { useCalled, Who } from "./Who";
import { word } from "./words";

const PATH = `${ADMIN}/custody`;
const MOST = 9;

/** The institution's recovery key: who holds its shares, and making another. */
export function Custody() {
  const server = useServer();
  const [found, setFound] = createSignal<Found | null>();
  const [making, setMaking] = createSignal(false);
  const load = async () => {
    const answer = await server.call<{ custody: Found | null }>("GET", PATH);
    if (answer) setFound(answer.custody);
  };
  const maker = useCalled(() => found()?.made_by);
  onMount(load);
  const end = async () => {
    const question = { title: word("endCustody"), text: word("endCustodyText") };
    if ((await ask({ ...question, yes: word("endCustody"), danger: true })) === null) return;
    if (await server.call("DELETE", PATH)) await load();
  };
  return (
    <>
      <p class="field-note">{word("custodyNote")}</p>
      <Show when={found() === null}>
        <p>{word("noCustody")}</p>
      </Show>
      <Show when={found()}>
        {(custody) => (
          <>
            <p>
              {word("custodyOf", {
                threshold: custody().threshold,
                count: custody().holders.length,
              })}{" "}
              <small>
                {word("custodyMade", {
                  who: maker(),
                  when: fullTime(language(), custody().made_ts),
                })}
              </small>
            </p>
            <ul class="admin-lines">
              <For each={custody().holders}>
                {(holder) => (
                  <li>
                    <Who id={holder} />
                  </li>
                )}
              </For>
            </ul>
          </>
        )}
      </Show>
      <Show when={hasWhole(me(), "custody.keep") && found() !== undefined}>
        <div class="admin-bar">
          <Button look="primary" icon="key" onClick={() => setMaking(true)}>
            {word(found() ? "makeCustodyAnew" : "makeCustody")}
          </Button>
          <Show when={found()}>
            <Button look="quiet" busy={server.busy()} onClick={end}>
              {word("endCustody")}
            </Button>
          </Show>
        </div>
      </Show>
      <Show when={making()}>
        <MakeDialog
          onClose={() => setMaking(false)}
          onDone={() => {
            setMaking(false);
            tell(word("custodyReady"));
            load();
          }}
        />
      </Show>
    </>
  );
}

interface Made {
  publicKey: string;
  /** One for each holder, in their order. */
  shares: readonly string[];
}

/** Chooses who holds it, shows each their share, and only then lets it be the institution's. */
function MakeDialog(props: { onDone: () => void; onClose: () => void }) {
  const server = useServer();
  const [holders, setHolders] = createSignal<readonly Account[]>([]);
  const [threshold, setThreshold] = createSignal(2);
  const [made, setMade] = createSignal<Made>();
  const [shown, setShown] = createSignal(0);
  const add = (account: Account) => {
    if (holders().some((each) => each.user_id === account.user_id)) return;
    setHolders([...holders(), account].slice(0, MOST));
  };
  const remove = (account: Account) => {
    setHolders(holders().filter((each) => each !== account));
    setThreshold(Math.max(2, Math.min(threshold(), holders().length)));
  };
  const make = async () => setMade(await makeCustody(holders().length, threshold()));
  const isLast = () => shown() === holders().length - 1;
  const next = async () => {
    if (!isLast()) return setShown(shown() + 1);
    const body = {
      public_key: made()?.publicKey,
      threshold: threshold(),
      holders: holders().map((each) => each.user_id),
    };
    if (await server.call("PUT", PATH, body)) props.onDone();
  };
  return (
    <Dialog
      open
      title={word("makeCustody")}
      onClose={props.onClose}
      footer={
        <Show
          when={made()}
          fallback={
            <Button look="primary" disabled={holders().length < 2} onClick={make}>
              {word("makeShares")}
            </Button>
          }
        >
          <Button look="primary" busy={server.busy()} onClick={next}>
            {word(isLast() ? "shareKeptLast" : "shareKept")}
          </Button>
        </Show>
      }
    >
      <Show
        when={made()}
        fallback={
          <div class="admin-form">
            <p>{word("chooseHolders")}</p>
            <ul class="admin-lines">
              <For each={holders()}>
                {(account) => (
                  <li>
                    <AccountFace account={account} />
                    <IconButton
                      icon="close"
                      label={word("takeAway", { name: nameOf(account) })}
                      onClick={() => remove(account)}
                    />
                  </li>
                )}
              </For>
            </ul>
            <Show when={holders().length > 2}>
              <label class="field">
                <span class="field-label">{word("sharesNeeded")}</span>
                <select
                  class="input"
                  value={threshold()}
                  onChange={(event) => setThreshold(Number(event.currentTarget.value))}
                >
                  <For each={holders().slice(1)}>
                    {(_, index) => <option value={index() + 2}>{index() + 2}</option>}
                  </For>
                </select>
              </label>
            </Show>
            <FindPerson onChoose={add} />
          </div>
        }
      >
        {(key) => (
          <div class="admin-form">
            <NoticeBox look="warn">{word("shareNote")}</NoticeBox>
            <p>
              {word("shareOf", {
                name: nameOf(holders()[shown()] as Account),
                number: shown() + 1,
                count: holders().length,
              })}
            </p>
            <output class="admin-secret" aria-label={word("share")}>
              {key().shares[shown()]}
            </output>
          </div>
        )}
      </Show>
    </Dialog>
  );
}
