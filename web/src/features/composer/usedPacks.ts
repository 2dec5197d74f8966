/** The packs that one can use in a chat: one's own, the chat's, and those of other chats. */

import { type Accessor, createMemo, mapArray } from "solid-js";
import { type Client, useValue } from "../../bridge/client";
import type { Content, RoomView } from "../../engine/records";
import { orTell } from "../../ui/toasts";
import {
  type Emoticons,
  emoticonsOf,
  OWN_PACK,
  type Pack,
  packsEverywhere,
  ROOM_PACKS,
  readPack,
  USED_PACKS,
  type Usage,
  withPackUsed,
} from "./packs";
import { word } from "./words";

export interface UsedPack extends Pack {
  /** The chat it is of; absent for one's own. */
  roomId?: string;
  /** Of another chat: what that is called. */
  chat?: string;
  /** Whether it is used in all chats. */
  everywhere: boolean;
}

export interface UsedPacks {
  list: Accessor<readonly UsedPack[]>;
  setEverywhere: (client: Client, pack: UsedPack, on: boolean) => void;
}

/** Packs with what is for `usage`, empty ones among them; one's own is the first. */
export function createUsedPacks(room: Accessor<RoomView>, usage: Usage): UsedPacks {
  const own = useValue("account", () => ({ type: OWN_PACK }));
  const used = useValue("account", () => ({ type: USED_PACKS }));
  const states = useValue("states", () => ({ roomId: room().id, type: ROOM_PACKS }));
  const rooms = createMemo(() => [...packsEverywhere(used()).keys()]);
  const others = mapArray(rooms, (roomId) => {
    const packs = useValue("states", () => ({ roomId, type: ROOM_PACKS }));
    const view = useValue("room", () => ({ roomId }));
    return (): UsedPack[] => {
      const name = view()?.membership === "join" ? view()?.name : undefined;
      const keys = packsEverywhere(used()).get(roomId) ?? [];
      if (roomId === room().id || name === undefined) return [];
      return keys.flatMap((key) =>
        ofRoom(roomId, key, packs()?.[key], usage, true).map((pack) => ({ ...pack, chat: name })),
      );
    };
  });
  const list = createMemo((): UsedPack[] => {
    const here = packsEverywhere(used()).get(room().id) ?? [];
    return [
      { ...readPack("own", own(), usage), everywhere: true },
      ...Object.entries(states() ?? {}).flatMap(([key, content]) =>
        ofRoom(room().id, key, content, usage, here.includes(key)),
      ),
      ...others().flatMap((packs) => packs()),
    ];
  });
  return {
    list,
    setEverywhere(client, { roomId, id }, on) {
      if (roomId === undefined) return;
      const content = withPackUsed(used(), { roomId, key: id, on });
      void orTell(client.command("account.set", { type: USED_PACKS, content }));
    },
  };
}

function ofRoom(
  roomId: string,
  key: string,
  content: Content | undefined,
  usage: Usage,
  everywhere: boolean,
): UsedPack[] {
  return content ? [{ ...readPack(key, content, usage), roomId, everywhere }] : [];
}

/** What a pack is called in a chat. */
export function nameOfPack(pack: UsedPack, room: RoomView): string {
  if (pack.id === "own") return pack.name || word("packOwn");
  const chat = pack.chat ?? (room.name || word("packRoom"));
  return pack.chat && pack.name ? `${pack.name} · ${chat}` : pack.name || chat;
}

/** The pictures for texts, pack by pack; a picture whose code another has before it is not there. */
export function emoticonGroups(packs: readonly UsedPack[], room: RoomView): Emoticons[] {
  const codes = emoticonsOf(packs);
  return packs.flatMap((pack) => {
    const stickers = pack.stickers.filter((one) => codes.get(one.code)?.url === one.url);
    const key = `${pack.roomId ?? ""} ${pack.id}`;
    return stickers.length > 0 ? [{ key, name: nameOfPack(pack, room), stickers }] : [];
  });
}
