import { createSignal, Show } from "solid-js";
import { useClient, useValue } from "../../bridge/client";
import { Button, NoticeBox, TextField } from "../../ui/controls";
import { go } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { useName } from "./names";
import { word } from "./words";

const REQUESTS = "/_depesha/v1/contacts/requests";

/** Asks somebody for contact, with a few words; shows that one asked, and takes it back. */
export function RequestForm(props: {
  userId: string;
  ask?: string | undefined;
  /** Called when one goes to the requests. */
  onLeave: () => void;
}) {
  const client = useClient();
  const contacts = useValue("contacts", () => null);
  const [message, setMessage] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const decider = () => (props.ask === props.userId ? undefined : props.ask);
  const name = useName(decider);
  const isAsked = () => contacts()?.outgoing.some((one) => one.id === props.userId) ?? false;
  const send = async () => {
    setBusy(true);
    const body = { user_id: props.userId, message: message().trim() };
    const sent = await orTell(client.command("own.call", { method: "POST", path: REQUESTS, body }));
    setBusy(false);
    if (sent) tell(word("requestSent"));
  };
  const leave = () => {
    props.onLeave();
    go("#/people/requests");
  };
  return (
    <Show
      when={!isAsked()}
      fallback={
        <NoticeBox icon="clock">
          <p>{word("requestWaits")}</p>
          <button type="button" class="link" onClick={leave}>
            {word("myRequests")}
          </button>
        </NoticeBox>
      }
    >
      <form
        class="request-form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextField
          label={word("requestMessage")}
          placeholder={word("requestHint")}
          maxLength={1000}
          value={message()}
          onInput={setMessage}
          note={decider() ? word("requestDecider", { name: name() }) : undefined}
        />
        <Button type="submit" look="primary" wide icon="personAdd" busy={busy()}>
          {word("requestSend")}
        </Button>
      </form>
    </Show>
  );
}
