import { createResource, createSignal, For, Match, Show, Switch } from "solid-js";
import { forcedSecrecy } from "../../base/secrecy";
import { useClient, useValue } from "../../bridge/client";
import type { GroupKind, PersonRecord } from "../../engine/records";
import { Button, NoticeBox, TextField, Switch as Toggle } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { chatPlace, go } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { uiWord } from "../../ui/uiWords";
import { namedBy, scanCode } from "../codes";
import { Face, GroupKindChoice, openPerson, PersonPicker } from "../people";
import { addressOf } from "./data";
import { closeDialog, type DialogKind, joined, parent } from "./dialogs";
import { FOLDERS, readFolders, saveFolders } from "./folders";
import { word } from "./words";

/** The dialogs by which a chat begins. */
export default function NewChat(props: { kind: DialogKind }) {
  return (
    <Switch>
      <Match when={props.kind === "direct"}>
        <Direct />
      </Match>
      <Match when={["group", "channel", "space"].includes(props.kind)}>
        <Group kind={props.kind as keyof typeof titles} />
      </Match>
      <Match when={props.kind === "join"}>
        <Join />
      </Match>
      <Match when={props.kind === "folder"}>
        <NewFolder />
      </Match>
    </Switch>
  );
}

function enter(roomId: string): void {
  closeDialog();
  go(chatPlace(roomId));
}

function Direct() {
  const client = useClient();
  const write = async ([person]: readonly PersonRecord[]) => {
    if (!person) return;
    const made = await orTell(client.command("room.direct", { userId: person.id }));
    if (made) enter(made.roomId);
  };
  return (
    <Dialog open size="s" title={word("newDirect")} onClose={closeDialog}>
      <PersonPicker single chosen={[]} onChange={write} />
    </Dialog>
  );
}

const titles = { group: "newGroup", channel: "newChannel", space: "newSpace" } as const;

function Group(props: { kind: keyof typeof titles }) {
  const client = useClient();
  const [step, setStep] = createSignal<"about" | "people">("about");
  const [name, setName] = createSignal("");
  const [topic, setTopic] = createSignal("");
  const [encrypted, setEncrypted] = createSignal(props.kind === "group");
  const [open, setOpen] = createSignal(false);
  const [people, setPeople] = createSignal<readonly PersonRecord[]>([]);
  const [busy, setBusy] = createSignal(false);
  const [group, setGroup] = createSignal<GroupKind>();
  const above = parent();
  const [rules] = createResource(async () => {
    const answer = await client.command("room.secrecy", {});
    return answer.ok ? answer.value : undefined;
  });
  const ofKind = () => {
    const kind = props.kind === "group" ? group() : undefined;
    return kind ? { group: kind } : {};
  };
  const forced = () => {
    const known = rules();
    const chat = { kind: props.kind, public: open(), ...ofKind() };
    return known && forcedSecrecy(known, chat);
  };
  const secret = () => forced() ?? (encrypted() && !open());
  const secrecyNote = () => {
    if (forced() === undefined) return word("encryptedNote");
    return word(forced() ? "encryptionRequired" : "encryptionOff");
  };
  const create = async () => {
    setBusy(true);
    const made = await orTell(
      client.command("room.create", {
        kind: props.kind,
        name: name().trim(),
        ...(topic().trim() ? { topic: topic().trim() } : {}),
        invite: people().map((person) => person.id),
        encrypted: secret(),
        public: open(),
        ...(above ? { parent: above } : {}),
        ...ofKind(),
      }),
    );
    setBusy(false);
    if (made) enter(made.roomId);
  };
  return (
    <Dialog
      open
      size="s"
      title={step() === "people" ? word("addPeople") : word(titles[props.kind])}
      onClose={closeDialog}
      footer={
        <Show
          when={step() === "people"}
          fallback={
            <Button look="primary" disabled={!name().trim()} onClick={() => setStep("people")}>
              {word("next")}
            </Button>
          }
        >
          <Button look="quiet" onClick={() => setStep("about")}>
            {uiWord("back")}
          </Button>
          <Button look="primary" busy={busy()} onClick={create}>
            {word("create")}
          </Button>
        </Show>
      }
    >
      <Show
        when={step() === "about"}
        fallback={<PersonPicker chosen={people()} onChange={setPeople} />}
      >
        <Show when={props.kind === "space"}>
          <p class="field-note">{word("spaceNote")}</p>
        </Show>
        <TextField
          label={word("name")}
          value={name()}
          onInput={setName}
          maxLength={255}
          autofocus
        />
        <TextField
          label={word("topic")}
          placeholder={word("topicHint")}
          value={topic()}
          onInput={setTopic}
        />
        <Show when={props.kind === "group"}>
          <GroupKindChoice value={group()} onChange={setGroup} />
        </Show>
        <div>
          <Toggle
            label={word("publicChat")}
            note={word("publicNote")}
            checked={open()}
            onChange={setOpen}
          />
          <Show when={props.kind !== "space"}>
            <Toggle
              label={word("encrypted")}
              note={secrecyNote()}
              checked={secret()}
              disabled={open() || forced() !== undefined}
              onChange={setEncrypted}
            />
          </Show>
        </div>
      </Show>
    </Dialog>
  );
}

function Join() {
  const client = useClient();
  const [text, setText] = createSignal(joined());
  const [busy, setBusy] = createSignal(false);
  const address = () => addressOf(text());
  const [preview] = createResource(address, async (roomIdOrAlias) => {
    const answer = await client.command("room.preview", { roomIdOrAlias });
    return answer.ok ? answer.value : undefined;
  });
  const [directory] = createResource(async () => {
    const answer = await client.command("room.directory", {});
    return answer.ok ? answer.value.rooms.filter((room) => !room.space) : [];
  });
  const scan = () =>
    scanCode((found) => {
      const named = namedBy(found);
      if (named?.kind === "user") {
        closeDialog();
        openPerson(named.id);
      } else if (named) setText(named.id);
      return named !== undefined;
    });
  const join = async (roomIdOrAlias: string, knock: boolean) => {
    setBusy(true);
    const command = knock ? "room.knock" : "room.join";
    const done = await orTell(client.command(command, { roomIdOrAlias }));
    setBusy(false);
    if (!done) return;
    if (knock) tell(word("asked"));
    enter(done.roomId);
  };
  return (
    <Dialog open size="s" title={word("joinByLink")} onClose={closeDialog}>
      <TextField
        label={word("linkOrAddress")}
        placeholder={word("linkHint")}
        value={text()}
        onInput={setText}
        autofocus
        error={text().trim() && !address() ? word("addressBad") : undefined}
      />
      <Button look="quiet" icon="qr" onClick={scan}>
        {word("scan")}
      </Button>
      <Show when={address()}>
        {(id) => (
          <Show when={!preview.loading}>
            <Show
              when={preview()}
              fallback={<NoticeBox look="warn">{uiWord("M_NOT_FOUND")}</NoticeBox>}
            >
              {(room) => (
                <div class="room-card">
                  <Face id={room().roomId} name={room().name} avatar={room().avatar} size="l" />
                  <strong>{room().name}</strong>
                  <small>{word("memberCount", { count: room().members })}</small>
                  <p>{room().topic}</p>
                  <Button
                    look="primary"
                    wide
                    busy={busy()}
                    onClick={() => join(id(), room().joinRule.startsWith("knock"))}
                  >
                    {room().joinRule.startsWith("knock") ? word("askToJoin") : word("join")}
                  </Button>
                </div>
              )}
            </Show>
          </Show>
        )}
      </Show>
      <Show when={!address() && (directory()?.length ?? 0) > 0}>
        <div>
          <h3 class="field-label">{word("openChats")}</h3>
          <ul class="picker-list">
            <For each={directory()}>
              {(room) => (
                <li>
                  <button type="button" class="row" onClick={() => setText(room.roomId)}>
                    <Face id={room.roomId} name={room.name} avatar={room.avatar} size="s" />
                    <span class="row-text">
                      <span class="ellipsis">{room.name}</span>
                      <small class="ellipsis">
                        {room.topic || word("memberCount", { count: room.members })}
                      </small>
                    </span>
                  </button>
                </li>
              )}
            </For>
          </ul>
        </div>
      </Show>
    </Dialog>
  );
}

function NewFolder() {
  const client = useClient();
  const stored = useValue("account", () => ({ type: FOLDERS }));
  const [name, setName] = createSignal("");
  const create = () => {
    const id = crypto.randomUUID().slice(0, 8);
    saveFolders(client, [...readFolders(stored()), { id, name: name().trim(), rooms: [] }]);
    closeDialog();
  };
  return (
    <Dialog
      open
      size="s"
      title={word("newFolder")}
      onClose={closeDialog}
      footer={
        <Button look="primary" disabled={!name().trim()} onClick={create}>
          {word("create")}
        </Button>
      }
    >
      <TextField
        label={word("folderName")}
        value={name()}
        onInput={setName}
        maxLength={40}
        autofocus
      />
    </Dialog>
  );
}
