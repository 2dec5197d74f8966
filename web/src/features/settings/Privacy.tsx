import { createSignal, For, Show } from "solid-js";
import { useClient, useList, useValue } from "../../bridge/client";
import { Button, Segments, TextField } from "../../ui/controls";
import { lockAfter, setLockAfter } from "../../ui/preferences";
import { orTell, tell } from "../../ui/toasts";
import { Face, MayInvite, Strangers } from "../people";
import { pinProblem } from "./data";
import { word } from "./words";

/** Minutes. */
const LOCK_AFTER = [0, 1, 5, 15, 60] as const;

/** The lock of this device, and whom I do not hear. */
export function Privacy() {
  const client = useClient();
  const ignored = useList("ignored", () => null);
  const session = useValue("session", () => null);
  const hasPin = () => {
    const view = session();
    return view?.phase === "signedIn" && view.hasPin;
  };
  const [pin, setPin] = createSignal("");
  const [again, setAgain] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const problem = () => pinProblem(pin(), again());
  const store = async (value: string | null) => {
    setBusy(true);
    const answer = await client.command("session.setPin", { pin: value });
    setBusy(false);
    if (!answer.ok) return orTell(Promise.resolve(answer));
    setPin("");
    setAgain("");
    tell(word(value ? "pinIsSet" : "pinRemoved"));
  };
  return (
    <div class="settings-form">
      <section>
        <Strangers />
      </section>
      <section>
        <MayInvite />
      </section>
      <section>
        <h3>{word("pinOn")}</h3>
        <p class="field-note">{word("pinNote")}</p>
        <form
          class="pin-form"
          onSubmit={(event) => {
            event.preventDefault();
            store(pin());
          }}
        >
          <TextField
            label={word("pinNew")}
            type="password"
            inputmode="numeric"
            autocomplete="off"
            value={pin()}
            onInput={setPin}
          />
          <TextField
            label={word("pinAgain")}
            type="password"
            inputmode="numeric"
            autocomplete="off"
            value={again()}
            onInput={setAgain}
          />
          <Button type="submit" look="primary" busy={busy()} disabled={problem() !== undefined}>
            {word(hasPin() ? "pinChange" : "pinSet")}
          </Button>
        </form>
        <Show when={pin() !== "" && problem()}>
          {(key) => <p class="field-error">{word(key())}</p>}
        </Show>
        <Show when={hasPin()}>
          <Segments
            label={word("lockAfter")}
            value={String(lockAfter())}
            options={LOCK_AFTER.map((count) => ({
              value: String(count),
              label: count === 0 ? word("lockNever") : word("lockMinutes", { count }),
            }))}
            onChange={(value) => setLockAfter(Number(value))}
          />
          <p class="field-note">{word("lockNote")}</p>
          <div class="setting-buttons">
            <Button
              look="quiet"
              icon="lock"
              onClick={() => orTell(client.command("session.lock", null))}
            >
              {word("lockNow")}
            </Button>
            <Button look="danger" onClick={() => store(null)}>
              {word("pinRemove")}
            </Button>
          </div>
        </Show>
      </section>
      <section>
        <h3>{word("blocked")}</h3>
        <Show
          when={ignored.order().length > 0}
          fallback={<p class="field-note">{word("nobodyBlocked")}</p>}
        >
          <ul>
            <For each={ignored.order()}>
              {(id) => (
                <li class="setting-line">
                  <Face
                    id={id}
                    name={ignored.row(id)?.name ?? id}
                    avatar={ignored.row(id)?.avatar}
                    size="s"
                  />
                  <span class="ellipsis">{ignored.row(id)?.name ?? id}</span>
                  <Button
                    look="quiet"
                    onClick={() =>
                      orTell(client.command("people.ignore", { userId: id, ignored: false }))
                    }
                  >
                    {word("unblock")}
                  </Button>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </section>
    </div>
  );
}
