import { createSignal, Match, Show, Switch } from "solid-js";
import type { Failure } from "../../base/errors";
import { useClient } from "../../bridge/client";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { chatPlace, go } from "../../ui/router";
import { explainFailures, orTell } from "../../ui/toasts";
import { whyFailed } from "../../ui/uiWords";
import { isForRequest, type Refusal, refusalOf } from "./data";
import { useName } from "./names";
import { RequestForm } from "./RequestForm";
import { word } from "./words";

/** Where refusals by the institution's rules are explained; once in the application. */
export function Refusals() {
  const [shown, setShown] = createSignal<{ refusal: Refusal; failure: Failure }>();
  explainFailures((failure) => {
    const refusal = refusalOf(failure);
    if (refusal) setShown({ refusal, failure });
    return refusal !== undefined;
  });
  return (
    <Show when={shown()}>
      {(one) => (
        <Dialog open size="s" title={word("refusedTitle")} onClose={() => setShown(undefined)}>
          <Why {...one()} onClose={() => setShown(undefined)} />
        </Dialog>
      )}
    </Show>
  );
}

/** Whoever keeps a group cannot change its kind, but says what is to be done. */
const askWords = (rule: string) => (rule === "basic_group" ? "askKeeper" : "askWhom");

function Why(props: { refusal: Refusal; failure: Failure; onClose: () => void }) {
  const client = useClient();
  const target = () => props.refusal.target;
  const targetName = useName(target);
  const ask = () => props.refusal.ask;
  const askName = useName(ask);
  const write = async (userId: string) => {
    const made = await orTell(client.command("room.direct", { userId }));
    if (!made) return;
    props.onClose();
    go(chatPlace(made.roomId));
  };
  return (
    <>
      <Show when={target()}>
        <p class="refusal-who">{targetName()}</p>
      </Show>
      <p>{whyFailed(props.failure)}.</p>
      <Switch>
        <Match when={isForRequest(props.refusal.rule) && target()}>
          {(userId) => <RequestForm userId={userId()} ask={ask()} onLeave={props.onClose} />}
        </Match>
        <Match when={target() === undefined && ask()}>
          {(userId) => (
            <>
              <p>{word(askWords(props.refusal.rule), { name: askName() })}</p>
              <Button look="primary" wide icon="chat" onClick={() => write(userId())}>
                {word("writeTo", { name: askName() })}
              </Button>
            </>
          )}
        </Match>
      </Switch>
    </>
  );
}
