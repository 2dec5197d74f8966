import { createSignal, Show } from "solid-js";
import { useList, useValue } from "../../bridge/client";
import type { RoomView } from "../../engine/records";
import type { Action } from "../../ui/action";
import { IconButton } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { MenuButton } from "../../ui/Menu";
import { go, place } from "../../ui/router";
import { Away, Face, postNote, presenceText, usePost } from "../people";
import { useConversation } from "./conversation";
import { tellEvent } from "./describe";
import { toggleSide } from "./side";
import { word } from "./words";

/** "Anna is typing", for the people of a chat. */
export function typingText(room: RoomView, names: readonly string[]): string {
  const [a = "", b = ""] = names;
  if (names.length === 0) return "";
  if (room.kind === "direct") return word("typingYou");
  if (names.length === 1) return word("typingOne", { name: a });
  if (names.length === 2) return word("typingTwo", { a, b });
  return word("typingMany", { count: names.length });
}

function kindText(room: RoomView): string {
  if (!room.group) return "";
  return word(room.group.kind === "basic" ? "basicGroup" : "projectGroup");
}

/** The top of a chat: who it is with, what they do now, and what can be done. */
export function Header(props: { actions: () => readonly Action[] }) {
  const conversation = useConversation();
  const room = conversation.room;
  const typing = useValue("typing", () => ({ roomId: room().id }));
  const peer = useValue("person", () => {
    const userId = room().peer;
    return userId ? { userId, roomId: room().id } : undefined;
  });
  const others = () => typing() ?? [];
  const name = () => (room().kind === "self" ? word("saved") : room().name);
  const post = usePost(() => room().post);
  const note = () => {
    const held = post();
    if (held) return postNote(held);
    if (room().kind === "direct") return peer()?.status || presenceText(peer());
    if (room().kind === "self") return "";
    const members = room().memberCount > 0 && word("members", { count: room().memberCount });
    return [kindText(room()), members].filter(Boolean).join(" · ");
  };
  return (
    <header class="chat-head">
      <IconButton icon="back" class="only-phone" label={word("back")} onClick={() => go("#/")} />
      <button type="button" class="chat-head-who" onClick={() => toggleSide(room().id, "info")}>
        <Face
          id={room().peer ?? room().id}
          name={name()}
          avatar={room().avatar}
          kind={room().kind}
          presence={peer()?.presence}
          size="s"
        />
        <span class="chat-head-text">
          <strong>
            <span class="ellipsis">{name()}</span>
            <span
              class="chat-lock"
              classList={{ open: !room().encrypted }}
              title={room().encrypted ? word("e2ee") : word("notE2ee")}
            >
              <Icon name={room().encrypted ? "lock" : "eye"} class="icon-s" />
              <span class="sr-only">{room().encrypted ? word("e2ee") : word("notE2ee")}</span>
            </span>
          </strong>
          <Show
            when={others().length > 0}
            fallback={
              <small class="ellipsis">
                <Away userId={room().kind === "direct" ? room().peer : undefined}>{note()}</Away>
              </small>
            }
          >
            <small class="ellipsis typing">{typingText(room(), others())}</small>
          </Show>
        </span>
      </button>
      <IconButton
        icon="search"
        label={word("searchHere")}
        shortcut="Mod+F"
        on={place().query.side === "search"}
        onClick={() => toggleSide(room().id, "search")}
      />
      <IconButton
        icon="info"
        class="not-phone"
        label={word("info")}
        on={place().query.side === "info"}
        onClick={() => toggleSide(room().id, "info")}
      />
      <MenuButton icon="more" label={word("menu")} actions={props.actions} />
    </header>
  );
}

/** The pinned messages, one at a time: a press goes there and shows the next. */
export function PinnedBar() {
  const conversation = useConversation();
  const room = conversation.room;
  const pinned = useList("pinned", () =>
    room().pinned.length > 0 ? { roomId: room().id } : undefined,
  );
  const [turn, setTurn] = createSignal(0);
  const items = () => pinned.order().flatMap((id) => pinned.row(id) ?? []);
  const shown = () => items()[items().length - 1 - (turn() % Math.max(1, items().length))];
  return (
    <Show when={shown()}>
      {(item) => (
        <button
          type="button"
          class="pinned-bar"
          onClick={() => {
            const eventId = item().eventId;
            if (eventId) conversation.jump(eventId);
            setTurn(turn() + 1);
          }}
        >
          <Icon name="pin" class="icon-s" />
          <span class="pinned-text">
            <strong>
              {items().length > 1
                ? word("pinnedOf", { at: items().indexOf(item()) + 1, count: items().length })
                : word("pinnedMessage")}
            </strong>
            <span class="ellipsis">{tellEvent(item())}</span>
          </span>
        </button>
      )}
    </Show>
  );
}
