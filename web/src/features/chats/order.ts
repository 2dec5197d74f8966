/** Putting chats into an order of one's own: the pinned ones are dragged, or moved by their menu. */

import { createSignal } from "solid-js";
import type { Client } from "../../bridge/client";
import type { ChatRecord } from "../../engine/records";
import type { Action } from "../../ui/action";
import { orTell } from "../../ui/toasts";
import { reordered } from "./data";
import { word } from "./words";

const TYPE = "application/x-depesha-chat";

/** The line that the dragged chat would come before or after. */
export const [mark, setMark] = createSignal<{ id: string; after: boolean }>();

/** What moves chats within `chats`, the list as it is shown. */
export function createOrder(client: Client, chats: () => readonly ChatRecord[]) {
  let moved: string | undefined;
  const pinned = () => chats().filter((chat) => chat.pinned !== undefined);
  const put = async (id: string, target: string, after: boolean) => {
    const known = pinned().map((chat) => ({ id: chat.id, order: chat.pinned ?? 0 }));
    for (const { id: roomId, order } of reordered(known, id, target, after))
      await orTell(client.command("chat.setPinned", { roomId, pinned: true, order }));
  };
  const lineAt = (event: DragEvent) =>
    (event.target as Element).closest<HTMLElement>(".chat-line[data-room]");
  const step = (chat: ChatRecord, by: 1 | -1): Action => {
    const order = pinned();
    const other = order[order.findIndex(({ id }) => id === chat.id) + by];
    return {
      id: by < 0 ? "up" : "down",
      icon: by < 0 ? "up" : "down",
      label: () => word(by < 0 ? "moveUp" : "moveDown"),
      when: () => chat.pinned !== undefined && other !== undefined,
      run: () => other && put(chat.id, other.id, by > 0),
    };
  };
  return {
    steps: (chat: ChatRecord): readonly Action[] => [step(chat, -1), step(chat, 1)],
    start: (event: DragEvent) => {
      moved = lineAt(event)?.dataset.room;
      event.dataTransfer?.setData(TYPE, moved ?? "");
    },
    over: (event: DragEvent) => {
      const line = lineAt(event);
      const target = chats().find((chat) => chat.id === line?.dataset.room);
      if (moved === undefined || !line || target?.pinned === undefined || target.id === moved)
        return setMark(undefined);
      event.preventDefault();
      const { top, height } = line.getBoundingClientRect();
      setMark({ id: target.id, after: event.clientY > top + height / 2 });
    },
    drop: (event: DragEvent) => {
      const place = mark();
      if (moved === undefined || !place) return;
      event.preventDefault();
      put(moved, place.id, place.after);
    },
    end: () => {
      moved = undefined;
      setMark(undefined);
    },
  };
}
