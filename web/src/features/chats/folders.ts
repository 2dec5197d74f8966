/** Folders that the person made: account data `org.depesha.folders`. */

import type { Client } from "../../bridge/client";
import type { Content } from "../../engine/records";
import { orTell } from "../../ui/toasts";

export const FOLDERS = "org.depesha.folders";

export interface ChatFolder {
  id: string;
  name: string;
  rooms: readonly string[];
}

/** The folders of stored account data; what is malformed is left out. */
export function readFolders(content: Content | null | undefined): ChatFolder[] {
  const list = content?.folders;
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: Partial<ChatFolder> | null) =>
    typeof one?.id === "string" && typeof one.name === "string"
      ? [
          {
            id: one.id,
            name: one.name,
            rooms: Array.isArray(one.rooms) ? one.rooms.map(String) : [],
          },
        ]
      : [],
  );
}

/** `folders` with a chat put into one of them, or taken out. */
export function withToggled(
  folders: readonly ChatFolder[],
  id: string,
  roomId: string,
): ChatFolder[] {
  return folders.map((folder) => {
    if (folder.id !== id) return folder;
    const rooms = folder.rooms.includes(roomId)
      ? folder.rooms.filter((room) => room !== roomId)
      : [...folder.rooms, roomId];
    return { ...folder, rooms };
  });
}

/** Stores the folders for all devices. */
export function saveFolders(client: Client, folders: readonly ChatFolder[]): void {
  orTell(client.command("account.set", { type: FOLDERS, content: { folders } }));
}
