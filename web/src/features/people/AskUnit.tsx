import { createSignal } from "solid-js";
import { type Client, useClient, useValue } from "../../bridge/client";
import type { UnitRecord } from "../../engine/records";
import { Button, TextField } from "../../ui/controls";
import { go } from "../../ui/router";
import { tell, tellFailure } from "../../ui/toasts";
import { useName } from "./names";
import { UnitPicker } from "./UnitPicker";
import { deciderOf } from "./units";
import { word } from "./words";

/** Asks a unit's manager to let its people be invited into a chat. */
export function askUnit(client: Client, roomId: string, unitId: number, message: string) {
  return client.command("own.call", {
    method: "POST",
    path: `/_depesha/v1/rooms/${encodeURIComponent(roomId)}/invite_unit`,
    body: { unit: unitId, message },
  });
}

/** Chooses a unit, says who decides, and asks them. */
export function AskUnit(props: { roomId: string; onDone: () => void }) {
  const client = useClient();
  const institution = useValue("institution", () => null);
  const [unit, setUnit] = createSignal<UnitRecord>();
  const [message, setMessage] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const decider = () => {
    const chosen = unit();
    return chosen && deciderOf(institution()?.units ?? [], chosen.id);
  };
  const name = useName(decider);
  const send = async () => {
    const chosen = unit();
    if (!chosen) return;
    setBusy(true);
    const answer = await askUnit(client, props.roomId, chosen.id, message().trim());
    setBusy(false);
    if (!answer.ok) return tellFailure(answer.error);
    tell(word("unitAsked"), {
      label: word("myRequests"),
      run: () => go("#/people/requests"),
    });
    props.onDone();
  };
  return (
    <form
      class="request-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <p class="field-note">{word("unitAskText")}</p>
      <UnitPicker chosen={unit()} onPick={setUnit} />
      <TextField
        label={word("requestMessage")}
        placeholder={word("unitMessageHint")}
        maxLength={1000}
        value={message()}
        onInput={setMessage}
        note={decider() ? word("requestDecider", { name: name() }) : undefined}
      />
      <Button type="submit" look="primary" wide icon="send" disabled={!unit()} busy={busy()}>
        {word(unit() ? "unitAsk" : "unitChoose")}
      </Button>
    </form>
  );
}
