import { createSignal, For, Show } from "solid-js";
import { EVERYONE } from "../../base/mentions";
import { useClient, useList } from "../../bridge/client";
import type { MemberRecord, MentionGroup, RoomView } from "../../engine/records";
import { ask } from "../../ui/Confirm";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { orTell } from "../../ui/toasts";
import { Face, reached } from "../people";
import { sortMembers } from "./data";
import { word } from "./words";

/** As many groups as the server takes. */
const MOST_GROUPS = 100;
const NEW: MentionGroup = { name: "", userIds: [] };

/** The chat's groups for mentions: who is in them, and changing them. */
export default function MentionGroups(props: { room: RoomView; onClose: () => void }) {
  const client = useClient();
  const members = useList("members", () => ({ roomId: props.room.id }));
  const all = () => members.order().flatMap((id) => members.row(id) ?? []);
  const [edited, setEdited] = createSignal<MentionGroup>();
  const set = async (name: string, group: MentionGroup | null) => {
    const args = { roomId: props.room.id, name, group };
    if ((await orTell(client.command("room.mentionGroup", args))) !== undefined)
      setEdited(undefined);
  };
  return (
    <Show
      when={edited()}
      fallback={
        <Dialog
          open
          size="s"
          title={word("mentionGroupsTitle")}
          onClose={props.onClose}
          footer={
            <Show when={props.room.may.mentionGroups}>
              <Button
                look="primary"
                icon="plus"
                disabled={props.room.mentionGroups.length >= MOST_GROUPS}
                onClick={() => setEdited(NEW)}
              >
                {word("newMentionGroup")}
              </Button>
            </Show>
          }
        >
          <p class="field-note">{word("mentionGroupsText")}</p>
          <Show
            when={props.room.mentionGroups.length > 0}
            fallback={<p class="field-note">{word("noMentionGroups")}</p>}
          >
            <ul class="picker-list">
              <For each={props.room.mentionGroups}>
                {(group) => (
                  <li>
                    <button
                      type="button"
                      class="row"
                      disabled={!props.room.may.mentionGroups}
                      onClick={() => setEdited(group)}
                    >
                      <Icon name="at" />
                      <span class="row-text">
                        <span class="ellipsis">{group.name}</span>
                        <small>{word("reaches", { count: reached(group, all()) })}</small>
                      </span>
                      <Show when={props.room.may.mentionGroups}>
                        <Icon name="chevronRight" class="icon-s" />
                      </Show>
                    </button>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        </Dialog>
      }
    >
      {(group) => (
        <Edit
          group={group()}
          members={all()}
          taken={props.room.mentionGroups.map(({ name }) => name)}
          onSave={(next) => set(group().name, next)}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Show>
  );
}

function Edit(props: {
  group: MentionGroup;
  members: readonly MemberRecord[];
  taken: readonly string[];
  onSave: (group: MentionGroup | null) => Promise<void>;
  onClose: () => void;
}) {
  const [name, setName] = createSignal(props.group.name);
  const [inside, setInside] = createSignal<ReadonlySet<string>>(new Set(props.group.userIds));
  const [busy, setBusy] = createSignal(false);
  const isTaken = () => {
    const named = name().trim();
    return named !== props.group.name && [...props.taken, ...EVERYONE].includes(named);
  };
  const joined = () =>
    sortMembers(
      props.members.filter(({ membership }) => membership === "join"),
      language(),
    );
  const toggle = (id: string) => {
    const next = new Set(inside());
    if (!next.delete(id)) next.add(id);
    setInside(next);
  };
  const save = async (group: MentionGroup | null) => {
    setBusy(true);
    await props.onSave(group);
    setBusy(false);
  };
  const remove = async () => {
    const sure = await ask({
      title: word("deleteMentionGroupTitle", { name: props.group.name }),
      text: word("deleteMentionGroupText"),
      yes: word("deleteMentionGroup"),
      danger: true,
    });
    if (sure !== null) await save(null);
  };
  const isNew = () => props.group.name === "";
  return (
    <Dialog
      open
      size="s"
      title={
        isNew() ? word("newMentionGroup") : word("editMentionGroup", { name: props.group.name })
      }
      onClose={props.onClose}
      footer={
        <>
          <Show when={!isNew()}>
            <Button look="danger" disabled={busy()} onClick={remove}>
              {word("deleteMentionGroup")}
            </Button>
          </Show>
          <Button
            look="primary"
            busy={busy()}
            disabled={!name().trim() || isTaken() || inside().size === 0}
            onClick={() => save({ name: name().trim(), userIds: [...inside()] })}
          >
            {word("save")}
          </Button>
        </>
      }
    >
      <TextField
        label={word("mentionGroupName")}
        value={name()}
        onInput={setName}
        maxLength={100}
        autofocus
        error={isTaken() ? word("mentionGroupTaken") : undefined}
      />
      <ul class="picker-list">
        <For each={joined()}>
          {(member) => (
            <li>
              <label class="row">
                <input
                  type="checkbox"
                  checked={inside().has(member.id)}
                  onChange={() => toggle(member.id)}
                />
                <Face id={member.id} name={member.name} avatar={member.avatar} size="s" />
                <span class="row-text">
                  <span class="ellipsis">{member.name}</span>
                </span>
              </label>
            </li>
          )}
        </For>
      </ul>
    </Dialog>
  );
}
