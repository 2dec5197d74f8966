import { createSignal, Match, Show, Suspense, Switch } from "solid-js";
import { useValue } from "../../bridge/client";
import { Button, NoticeBox } from "../../ui/controls";
import { NewKey, Recover } from "../signin";
import { inGroups } from "./data";
import { KeyFiles } from "./KeyFiles";
import { word } from "./words";

/** Whether this device's cryptography is whole, and the recovery key. */
export function Encryption() {
  const encryption = useValue("encryption", () => null);
  const [dialog, setDialog] = createSignal<"new" | "recover" | "anew">();
  const close = () => setDialog(undefined);
  const state = () => encryption()?.crossSigning;
  const keepsNothing = () =>
    state() === "none" || (state() === "verified" && !encryption()?.recovery);
  const needsKey = () => state() === "unverified" || encryption()?.backup === "needsKey";
  return (
    <div class="settings-form">
      <Show when={encryption()?.ready} fallback={<span class="spinner" />}>
        <Switch>
          <Match when={keepsNothing()}>
            <NoticeBox look="warn" icon="key">
              <strong>{word("encryptionNone")}</strong>
              <p>{word("encryptionNoneText")}</p>
            </NoticeBox>
          </Match>
          <Match when={needsKey()}>
            <NoticeBox look="warn" icon="key">
              <strong>{word("encryptionUnverified")}</strong>
              <p>{word("encryptionUnverifiedText")}</p>
            </NoticeBox>
          </Match>
          <Match when={state() === "verified"}>
            <NoticeBox icon="shieldCheck">
              <strong>{word("encryptionOk")}</strong>
              <p>{word("encryptionOkText")}</p>
            </NoticeBox>
          </Match>
        </Switch>
        <div class="setting-buttons">
          <Show when={needsKey()}>
            <Button look="primary" icon="key" onClick={() => setDialog("recover")}>
              {word("useKey")}
            </Button>
          </Show>
          <Show
            when={state() !== "unverified"}
            fallback={
              <Button look="danger" onClick={() => setDialog("anew")}>
                {word("beginAnew")}
              </Button>
            }
          >
            <Button
              look={keepsNothing() ? "primary" : "quiet"}
              icon="key"
              onClick={() => setDialog("new")}
            >
              {keepsNothing() ? word("createKey") : word("newKey")}
            </Button>
          </Show>
        </div>
        <Show when={encryption()?.custody}>
          {(held) => (
            <p class="field-note">
              {word("custody", { threshold: held().threshold, count: held().holders })}
            </p>
          )}
        </Show>
        <KeyFiles />
        <Show when={encryption()?.fingerprint}>
          {(fingerprint) => (
            <section>
              <h3>{word("fingerprint")}</h3>
              <p class="fingerprint selectable">{inGroups(fingerprint())}</p>
            </section>
          )}
        </Show>
      </Show>
      <Suspense>
        <Show when={dialog() === "new"}>
          <NewKey onClose={close} onDone={close} />
        </Show>
        <Show when={dialog() === "anew"}>
          <NewKey reset onClose={close} onDone={close} />
        </Show>
        <Show when={dialog() === "recover"}>
          <Recover onClose={close} onDone={close} />
        </Show>
      </Suspense>
    </div>
  );
}
