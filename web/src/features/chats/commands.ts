/** What can be done with a chat: one list for the context menu, the head's menu and the keys. */

import type { Client } from "../../bridge/client";
import type { ChatRecord } from "../../engine/records";
import type { Action } from "../../ui/action";
import { ask } from "../../ui/Confirm";
import { go, place } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { openExport } from "../export";
import { isMuted, isUnread } from "./data";
import { type ChatFolder, saveFolders, withToggled } from "./folders";
import { word } from "./words";

const HOUR = 3_600_000;

async function leave(client: Client, chat: ChatRecord): Promise<void> {
  const yes = await ask({
    title: word("leaveTitle", { name: chat.name }),
    text: word("leaveText"),
    yes: word("leave"),
    danger: true,
  });
  if (yes === null) return;
  const done = await client.command("room.leave", { roomId: chat.id, forget: true });
  await orTell(Promise.resolve(done));
  if (done.ok && place().segments[1] === chat.id) go("#/", true);
}

async function archive(client: Client, chat: ChatRecord): Promise<void> {
  const archived = !chat.archived;
  const done = await client.command("chat.setArchived", { roomId: chat.id, archived });
  await orTell(Promise.resolve(done));
  if (done.ok && archived)
    tell(word("archived"), {
      label: word("undo"),
      run: () => orTell(client.command("chat.setArchived", { roomId: chat.id, archived: false })),
    });
}

/** All that can be done with `chat`, in the order of the menu. */
export function chatActions(
  client: Client,
  chat: ChatRecord,
  folders: readonly ChatFolder[],
): readonly Action[] {
  const roomId = chat.id;
  const joined = () => chat.membership === "join";
  const muted = isMuted(chat, Date.now());
  const notify = (level: ChatRecord["notify"], until?: number) =>
    orTell(
      client.command(
        "chat.setNotify",
        until ? { roomId, notify: level, until } : { roomId, notify: level },
      ),
    );
  return [
    {
      id: "read",
      icon: isUnread(chat) ? "checks" : "chat",
      label: () => word(isUnread(chat) ? "markRead" : "markUnread"),
      when: joined,
      run: () => orTell(client.command("chat.markUnread", { roomId, unread: !isUnread(chat) })),
    },
    {
      id: "pin",
      icon: chat.pinned === undefined ? "pin" : "unpin",
      label: () => word(chat.pinned === undefined ? "pin" : "unpin"),
      when: joined,
      run: () =>
        orTell(client.command("chat.setPinned", { roomId, pinned: chat.pinned === undefined })),
    },
    {
      id: "archive",
      icon: "archive",
      label: () => word(chat.archived ? "fromArchive" : "toArchive"),
      when: joined,
      run: () => archive(client, chat),
    },
    ...folders.map(
      (folder): Action => ({
        id: `folder:${folder.id}`,
        icon: "folder",
        label: () => word("toFolder", { name: folder.name }),
        checked: () => chat.folders.includes(folder.id),
        when: joined,
        run: () => saveFolders(client, withToggled(folders, folder.id, roomId)),
      }),
    ),
    {
      id: "all",
      icon: "bell",
      apart: true,
      label: () => word(muted ? "unmute" : "notifyAll"),
      checked: () => chat.notify === "all" && !muted,
      when: joined,
      run: () => notify("all"),
    },
    {
      id: "mentions",
      icon: "at",
      label: () => word("notifyMentions"),
      checked: () => chat.notify === "mentions" && !muted,
      when: joined,
      run: () => notify("mentions"),
    },
    {
      id: "none",
      icon: "bellOff",
      label: () => word("notifyNone"),
      checked: () => chat.notify === "none",
      when: joined,
      run: () => notify("none"),
    },
    {
      id: "hour",
      icon: "clock",
      label: () => word("muteHour"),
      when: () => joined() && !muted,
      run: () => notify(chat.notify, Date.now() + HOUR),
    },
    {
      id: "export",
      icon: "download",
      label: () => word("export"),
      apart: true,
      when: joined,
      run: () => openExport(chat),
    },
    {
      id: "leave",
      icon: "leave",
      label: () => word("leave"),
      danger: true,
      apart: true,
      when: () => chat.kind !== "self",
      run: () => leave(client, chat),
    },
  ];
}
