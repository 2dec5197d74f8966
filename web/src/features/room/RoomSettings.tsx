import { createSignal, Show } from "solid-js";
import { useClient } from "../../bridge/client";
import type { RoomView } from "../../engine/records";
import { Button, Segments, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { orTell, tell } from "../../ui/toasts";
import { Face } from "../people";
import { word } from "./words";

/** A chat's name, description, picture, and who may join and see. */
export default function RoomSettings(props: { room: RoomView; onClose: () => void }) {
  const client = useClient();
  const [name, setName] = createSignal(props.room.name);
  const [topic, setTopic] = createSignal(props.room.topic);
  const [busy, setBusy] = createSignal(false);
  let picker!: HTMLInputElement;
  const set = (type: string, content: Record<string, unknown>) =>
    client.command("room.state", { roomId: props.room.id, type, stateKey: "", content });
  const save = async () => {
    setBusy(true);
    const changes = [
      name().trim() !== props.room.name && set("m.room.name", { name: name().trim() }),
      topic().trim() !== props.room.topic && set("m.room.topic", { topic: topic().trim() }),
    ].filter((change) => change !== false);
    const answers = await Promise.all(changes);
    setBusy(false);
    const failed = answers.find((answer) => !answer.ok);
    if (failed) return orTell(Promise.resolve(failed));
    tell(word("savedToast"));
    props.onClose();
  };
  const setPicture = (avatar: Blob | null) =>
    orTell(client.command("room.avatar", { roomId: props.room.id, avatar }));
  return (
    <Dialog
      open
      title={word("settings")}
      onClose={props.onClose}
      footer={
        <Button look="primary" busy={busy()} onClick={save}>
          {word("save")}
        </Button>
      }
    >
      <div class="picture-row">
        <Face id={props.room.id} name={name()} avatar={props.room.avatar} size="l" />
        <Show when={props.room.may.avatar}>
          <Button look="quiet" icon="camera" onClick={() => picker.click()}>
            {word("picture")}
          </Button>
          <Show when={props.room.avatar}>
            <Button look="danger" onClick={() => setPicture(null)}>
              {word("removePicture")}
            </Button>
          </Show>
        </Show>
        <input
          ref={picker}
          type="file"
          accept="image/*"
          hidden
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) setPicture(file);
          }}
        />
      </div>
      <TextField
        label={word("name")}
        value={name()}
        onInput={setName}
        disabled={!props.room.may.name}
        maxLength={255}
      />
      <TextField
        label={word("topic")}
        value={topic()}
        onInput={setTopic}
        disabled={!props.room.may.topic}
      />
      <Show when={props.room.may.power && props.room.kind === "group"}>
        <Segments
          label={word("whoInvites")}
          value={props.room.inviteLevel > 0 ? "moderators" : "members"}
          options={[
            { value: "members", label: word("optionMembers") },
            { value: "moderators", label: word("optionModerators") },
          ]}
          onChange={(who) =>
            orTell(
              client.command("room.inviting", {
                roomId: props.room.id,
                level: who === "members" ? 0 : 50,
              }),
            )
          }
        />
        <Segments
          label={word("whoSharesPlace")}
          value={props.room.liveLevel > 0 ? "moderators" : "members"}
          options={[
            { value: "members", label: word("optionMembers") },
            { value: "moderators", label: word("optionModerators") },
          ]}
          onChange={(who) =>
            orTell(
              client.command("room.sharing", {
                roomId: props.room.id,
                level: who === "members" ? 0 : 50,
              }),
            )
          }
        />
      </Show>
      <Show when={props.room.may.joinRule}>
        <Segments
          label={word("whoJoins")}
          value={props.room.joinRule}
          options={[
            { value: "invite", label: word("optionInvite") },
            { value: "knock", label: word("optionKnock") },
            { value: "public", label: word("optionPublic") },
          ]}
          onChange={(rule) => orTell(set("m.room.join_rules", { join_rule: rule }))}
        />
        <Segments
          label={word("whoSees")}
          value={props.room.historyVisibility}
          options={[
            { value: "shared", label: word("optionShared") },
            { value: "invited", label: word("optionInvited") },
            { value: "joined", label: word("optionJoined") },
          ]}
          onChange={(visibility) =>
            orTell(set("m.room.history_visibility", { history_visibility: visibility }))
          }
        />
      </Show>
    </Dialog>
  );
}
