import { createMemo, createSignal, Show } from "solid-js";
import { VList } from "virtua/solid";
import { type Client, useClient, useList, useValue } from "../../bridge/client";
import type { MemberRecord, RoomView } from "../../engine/records";
import type { Action } from "../../ui/action";
import { ask } from "../../ui/Confirm";
import { Icon } from "../../ui/icons";
import { MenuButton } from "../../ui/Menu";
import { language } from "../../ui/preferences";
import { orTell } from "../../ui/toasts";
import { Face, openPerson } from "../people";
import { filterMembers, mayTouch, rankOf, sortMembers } from "./data";
import { word } from "./words";

/** The people of a chat, with what may be done to them. */
export function Members(props: { room: RoomView }) {
  const client = useClient();
  const session = useValue("session", () => null);
  const members = useList("members", () => ({ roomId: props.room.id }));
  const [query, setQuery] = createSignal("");
  const me = () => {
    const view = session();
    return view?.phase === "signedIn" ? view.userId : "";
  };
  const shown = createMemo(() => {
    const all = members.order().flatMap((id) => members.row(id) ?? []);
    return filterMembers(sortMembers(all, language()), query());
  });
  return (
    <div class="members">
      <Show when={members.order().length > 8}>
        <div class="search-field">
          <Icon name="search" class="icon-s" />
          <input
            type="search"
            value={query()}
            placeholder={word("findMember")}
            aria-label={word("findMember")}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </div>
      </Show>
      <div class="members-list">
        <VList data={shown()} itemSize={52}>
          {(member) => (
            <div class="member">
              <button
                type="button"
                class="row"
                onClick={() => openPerson(member.id, props.room.id)}
              >
                <Face id={member.id} name={member.name} avatar={member.avatar} size="s" />
                <span class="row-text">
                  <span class="ellipsis">{member.name}</span>
                  <Show when={member.ambiguous}>
                    <small class="ellipsis">{member.id}</small>
                  </Show>
                </span>
                <small class="member-rank">{standing(member)}</small>
              </button>
              <Show when={actionsFor(client, props.room, member, me()).length > 0}>
                <MenuButton
                  icon="more"
                  label={word("more", { name: member.name })}
                  actions={() => actionsFor(client, props.room, member, me())}
                />
              </Show>
            </div>
          )}
        </VList>
      </div>
    </div>
  );
}

function standing(member: MemberRecord): string {
  if (member.membership === "invite") return word("waiting");
  if (member.membership === "knock") return word("asks");
  if (member.membership === "ban") return word("banned");
  const rank = rankOf(member.power);
  return rank ? word(rank) : "";
}

async function remove(client: Client, room: RoomView, member: MemberRecord, act: "kick" | "ban") {
  const reason = await ask({
    title: word(`${act}Title`, { name: member.name }),
    text: word(`${act}Text`),
    yes: word(act),
    danger: true,
    reason: word("reason"),
  });
  if (reason === null) return;
  const args = { roomId: room.id, userId: member.id };
  await orTell(client.command(`room.${act}`, reason ? { ...args, reason } : args));
}

function actionsFor(client: Client, room: RoomView, member: MemberRecord, me: string): Action[] {
  const { may } = room;
  const roomId = room.id;
  const userId = member.id;
  const inside = member.membership === "join";
  const below = mayTouch(room, member, me);
  const power = (level: number) => () =>
    orTell(client.command("room.power", { roomId, userId, level }));
  const list: (Action | false)[] = [
    member.membership === "knock" &&
      may.invite && {
        id: "in",
        icon: "check",
        label: () => word("letIn"),
        run: () => orTell(client.command("room.invite", { roomId, userIds: [userId] })),
      },
    member.membership === "knock" &&
      may.kick && {
        id: "out",
        icon: "close",
        label: () => word("refuse"),
        run: () => orTell(client.command("room.kick", { roomId, userId })),
      },
    inside &&
      below &&
      may.power &&
      room.myPower >= 100 &&
      member.power < 100 && {
        id: "admin",
        icon: "star",
        label: () => word("makeAdmin"),
        run: power(100),
      },
    inside &&
      below &&
      may.power &&
      member.power < 50 && {
        id: "moderator",
        icon: "shield",
        label: () => word("makeModerator"),
        run: power(50),
      },
    inside &&
      below &&
      may.power &&
      member.power > 0 && {
        id: "member",
        icon: "person",
        label: () => word("makeMember"),
        run: power(0),
      },
    ["join", "invite"].includes(member.membership) &&
      below &&
      may.kick && {
        id: "kick",
        icon: "leave",
        danger: true,
        label: () => word("kick"),
        run: () => remove(client, room, member, "kick"),
      },
    member.membership !== "ban" &&
      below &&
      may.ban && {
        id: "ban",
        icon: "ban",
        danger: true,
        label: () => word("ban"),
        run: () => remove(client, room, member, "ban"),
      },
    member.membership === "ban" &&
      may.ban && {
        id: "unban",
        icon: "check",
        label: () => word("unban"),
        run: () => orTell(client.command("room.unban", { roomId, userId })),
      },
  ];
  return list.filter((action): action is Action => action !== false);
}
