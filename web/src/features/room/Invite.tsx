import { createSignal, Show } from "solid-js";
import { useClient, useList, useValue } from "../../bridge/client";
import type { PersonRecord, RoomView } from "../../engine/records";
import { Button, Segments } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { orTell, tell } from "../../ui/toasts";
import { AskUnit, inviteEach, PersonPicker } from "../people";
import { word } from "./words";

/** Invites people, or asks a unit's manager for its people. */
export default function Invite(props: { room: RoomView; onClose: () => void }) {
  const client = useClient();
  const institution = useValue("institution", () => null);
  const members = useList("members", () => ({ roomId: props.room.id }));
  const [how, setHow] = createSignal<"people" | "unit">("people");
  const [people, setPeople] = createSignal<readonly PersonRecord[]>([]);
  const [busy, setBusy] = createSignal(false);
  const inside = () =>
    members
      .order()
      .filter((id) => ["join", "invite", "ban"].includes(members.row(id)?.membership ?? ""));
  const send = async () => {
    setBusy(true);
    const refused = await inviteEach(client, props.room.id, people(), () => {});
    setBusy(false);
    const [first] = refused;
    if (refused.length < people().length) tell(word("invited"));
    if (!first) return props.onClose();
    // Those who could not be invited stay chosen.
    setPeople(
      people().filter(({ id }) => refused.some((one) => "person" in one && one.person.id === id)),
    );
    void orTell(Promise.resolve({ ok: false, error: first.failure }));
  };
  return (
    <Dialog
      open
      size="s"
      title={word("inviteTitle")}
      onClose={props.onClose}
      footer={
        how() === "people" ? (
          <Button look="primary" busy={busy()} disabled={people().length === 0} onClick={send}>
            {word("inviteSend", { count: people().length })}
          </Button>
        ) : undefined
      }
    >
      <Show when={institution()?.units.length}>
        <Segments
          label={word("inviteHow")}
          value={how()}
          options={[
            { value: "people", label: word("people") },
            { value: "unit", label: word("unit") },
          ]}
          onChange={setHow}
        />
      </Show>
      <Show
        when={how() === "people"}
        fallback={<AskUnit roomId={props.room.id} onDone={props.onClose} />}
      >
        <PersonPicker chosen={people()} onChange={setPeople} exclude={inside()} />
      </Show>
    </Dialog>
  );
}
