/** What can be done with a message: one list for the toolbar, the menus and the keys. */

import { isFile } from "../../base/files";
import type { Client } from "../../bridge/client";
import type { ItemRecord, ReactionRecord, RoomView } from "../../engine/records";
import type { Action } from "../../ui/action";
import { ask } from "../../ui/Confirm";
import { chatPlace, go, place } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import type { Conversation } from "./conversation";
import { mayHold } from "./data";
import { tellEvent } from "./describe";
import { sendOn } from "./forward";
import { hasCaption } from "./items/media";
import { isPoll } from "./poll";
import { removeSoon } from "./removal";
import { word } from "./words";

const isMine = (item: ItemRecord) =>
  item.mine && !item.redacted && item.eventId !== undefined && item.type === "m.room.message";

const isText = (item: ItemRecord) =>
  ["m.text", "m.emote", "m.notice"].includes(String(item.content.msgtype));

const canEdit = (item: ItemRecord) => isMine(item) && (isText(item) || isFile(item.content));

const isReal = (item: ItemRecord) => item.eventId !== undefined && !item.redacted;

/** The text of an item, for the clipboard. */
export function plainText(item: ItemRecord): string {
  const body = item.content.body;
  return typeof body === "string" ? body : tellEvent(item);
}

/** Begins an answer to `item`. */
export function startReply(conversation: Conversation, item: ItemRecord): void {
  if (!item.eventId) return;
  conversation.composing().setEdit(undefined);
  conversation
    .composing()
    .setReply({ eventId: item.eventId, senderName: item.senderName, text: tellEvent(item) });
  conversation.composing().askFocus();
}

/** Begins to change `item`, where it can be. */
export function startEdit(conversation: Conversation, item: ItemRecord): void {
  if (!canEdit(item)) return;
  conversation.composing().setReply(undefined);
  conversation.composing().setEdit(item);
  conversation.composing().askFocus();
}

/** The newest of my messages that can be edited. */
export function lastEditable(items: readonly ItemRecord[]): ItemRecord | undefined {
  return items.findLast((item) => canEdit(item) && (isText(item) || hasCaption(item)));
}

/** Puts my reaction, or takes it back. */
export function toggleReaction(
  client: Client,
  item: ItemRecord,
  { key, shortcode }: Pick<ReactionRecord, "key" | "shortcode">,
): void {
  if (!item.eventId) return;
  const mine = item.reactions.some((reaction) => reaction.key === key && reaction.mine);
  const args = { roomId: item.roomId, eventId: item.eventId, key };
  const named = shortcode === undefined ? args : { ...args, shortcode };
  orTell(mine ? client.command("send.unreact", args) : client.command("send.react", named));
}

async function remove(client: Client, items: readonly ItemRecord[]): Promise<void> {
  if (items.every((item) => item.mine)) return removeSoon(client, items);
  const reason = await ask({
    title: word(items.length > 1 ? "deleteManyTitle" : "deleteTitle", { count: items.length }),
    text: word("deleteText"),
    yes: word("delete"),
    danger: true,
    reason: word("reason"),
  });
  if (reason === null) return;
  for (const { roomId, eventId } of items) {
    if (!eventId) continue;
    const args = { roomId, eventId };
    await orTell(client.command("send.redact", reason ? { ...args, reason } : args));
  }
}

async function report(client: Client, item: ItemRecord): Promise<void> {
  const reason = await ask({
    title: word("reportTitle"),
    text: word("reportText"),
    yes: word("report"),
    reason: word("reason"),
  });
  if (reason === null || !item.eventId) return;
  const args = { roomId: item.roomId, eventId: item.eventId, reason };
  const answer = await client.command("room.report", args);
  if (answer.ok) tell(word("reported"));
  else await orTell(Promise.resolve(answer));
}

async function keep(client: Client, items: readonly ItemRecord[], me: string): Promise<void> {
  const own = await orTell(client.command("room.direct", { userId: me }));
  if (!own || !(await sendOn(client, items, own.roomId))) return;
  tell(word("savedToast"), { label: word("open"), run: () => go(chatPlace(own.roomId)) });
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  tell(word("copied"));
}

/** A message's address that works for everybody of this server. */
export function messageLink(roomId: string, eventId: string): string {
  return `${location.origin}${location.pathname}${chatPlace(roomId, eventId)}`;
}

/** Opens the thread that begins at, or holds, `item`. */
export function openThread(item: ItemRecord): void {
  const root = item.threadId ?? item.eventId;
  if (root)
    go(
      chatPlace(item.roomId, place().segments[2], {
        ...place().query,
        side: "thread",
        thread: root,
      }),
    );
}

/** Whether I am asked to say that I know of `item`. */
export function canAcknowledge(room: RoomView, item: ItemRecord): boolean {
  return (
    item.urgent !== undefined &&
    !item.mine &&
    !item.urgent.mine &&
    isReal(item) &&
    room.may.acknowledge
  );
}

export function acknowledge(client: Client, item: ItemRecord): void {
  if (!item.eventId) return;
  const { roomId, eventId } = item;
  orTell(client.command("send.acknowledge", { roomId, eventId }));
}

/** Whether the server tells me whom `item` has reached. */
export function maySeeReached(room: RoomView, item: ItemRecord): boolean {
  return item.urgent !== undefined && isReal(item) && (item.mine || room.may.kick);
}

/** All that can be done with `item`, in the order of the menu. */
export function messageActions(
  client: Client,
  conversation: Conversation,
  item: ItemRecord,
): readonly Action[] {
  const room = conversation.room();
  const mayWrite = () => room.may.send && room.membership === "join";
  const roomId = item.roomId;
  const eventId = item.eventId ?? "";
  return [
    {
      id: "retry",
      icon: "refresh",
      label: () => word("retry"),
      when: () => item.state === "failed",
      run: () => orTell(client.command("send.retry", { id: item.id })),
    },
    {
      id: "discard",
      icon: "trash",
      label: () => word("discard"),
      danger: true,
      when: () => mayHold(item),
      run: () => orTell(client.command("send.discard", { id: item.id })),
    },
    {
      id: "acknowledge",
      icon: "check",
      label: () => word("acknowledge"),
      when: () => canAcknowledge(room, item),
      run: () => acknowledge(client, item),
    },
    {
      id: "reached",
      icon: "eye",
      label: () => word("whoAcknowledged"),
      when: () => maySeeReached(room, item),
      run: () => conversation.openReached(item),
    },
    {
      id: "reply",
      icon: "reply",
      label: () => word("reply"),
      when: () => isReal(item) && mayWrite(),
      run: () => startReply(conversation, item),
    },
    {
      id: "thread",
      icon: "thread",
      label: () => word("replyInThread"),
      when: () =>
        isReal(item) &&
        mayWrite() &&
        conversation.threadId === undefined &&
        item.stateKey === undefined,
      run: () => openThread(item),
    },
    {
      id: "edit",
      icon: "edit",
      label: () => word(isText(item) ? "edit" : "editCaption"),
      when: () => canEdit(item) && mayWrite(),
      run: () => startEdit(conversation, item),
    },
    {
      id: "copy",
      icon: "copy",
      label: () => word("copy"),
      when: () => !item.redacted && typeof item.content.body === "string",
      run: () => copy(plainText(item)),
    },
    {
      id: "forward",
      icon: "forward",
      label: () => word("forward"),
      when: () =>
        isReal(item) &&
        !isPoll(item.type) &&
        item.stateKey === undefined &&
        item.encryption !== "undecryptable",
      run: () => conversation.openForward([item]),
    },
    {
      id: "keep",
      icon: "bookmark",
      label: () => word("save"),
      when: () =>
        isReal(item) &&
        room.kind !== "self" &&
        item.stateKey === undefined &&
        item.encryption !== "undecryptable",
      run: () => keep(client, [item], conversation.me()),
    },
    {
      id: "remind",
      icon: "clock",
      label: () => word("remind"),
      when: () => isReal(item),
      run: () => conversation.openRemind(item),
    },
    {
      id: "pin",
      icon: item.pinned ? "unpin" : "pin",
      label: () => word(item.pinned ? "unpin" : "pin"),
      when: () => isReal(item) && room.may.pin,
      run: () => orTell(client.command("room.pin", { roomId, eventId, pinned: !item.pinned })),
    },
    {
      id: "link",
      icon: "link",
      label: () => word("copyLink"),
      when: () => isReal(item),
      run: () => copy(messageLink(roomId, eventId)),
    },
    {
      id: "select",
      icon: "check",
      label: () => word("select"),
      when: () => isReal(item),
      run: () => conversation.setSelected(new Set([...conversation.selected(), item.id])),
    },
    {
      id: "source",
      icon: "code",
      label: () => word("source"),
      apart: true,
      when: () => item.eventId !== undefined,
      run: () => conversation.openSource(item),
    },
    {
      id: "report",
      icon: "warning",
      label: () => word("report"),
      when: () => isReal(item) && !item.mine,
      run: () => report(client, item),
    },
    {
      id: "delete",
      icon: "trash",
      label: () => word("delete"),
      danger: true,
      when: () => isReal(item) && item.stateKey === undefined && (item.mine || room.may.redact),
      run: () => remove(client, [item]),
    },
  ];
}

/** What can be done with an album, or with the `part` of it that was pointed at. */
export function albumActions(
  client: Client,
  conversation: Conversation,
  items: readonly ItemRecord[],
  part: ItemRecord | undefined,
): readonly Action[] {
  const [first] = items;
  if (!first) return [];
  const room = conversation.room();
  const each = (command: "send.retry" | "send.discard", of: readonly ItemRecord[]) => () => {
    for (const { id } of of) orTell(client.command(command, { id }));
  };
  const failed = items.filter((item) => item.state === "failed");
  const unsent = items.filter(mayHold);
  const count = items.length;
  const captioned = items.find(hasCaption) ?? first;
  const whole: Readonly<Record<string, Partial<Action>>> = {
    retry: { when: () => failed.length > 0, run: each("send.retry", failed) },
    discard: { when: () => unsent.length > 0, run: each("send.discard", unsent) },
    edit: {
      when: () => canEdit(captioned) && room.may.send && room.membership === "join",
      run: () => startEdit(conversation, captioned),
    },
    forward: {
      label: () => word("forwardAll", { count }),
      when: () => items.every(isReal),
      run: () => conversation.openForward(items),
    },
    keep: {
      when: () => items.every(isReal) && room.kind !== "self",
      run: () => keep(client, items, conversation.me()),
    },
    select: {
      run: () =>
        conversation.setSelected(
          new Set([...conversation.selected(), ...items.map(({ id }) => id)]),
        ),
    },
    delete: {
      label: () => word("deleteAll", { count }),
      when: () => items.every(isReal) && (first.mine || room.may.redact),
      run: () => remove(client, items),
    },
  };
  const all = messageActions(client, conversation, first).map((action) => ({
    ...action,
    ...whole[action.id],
  }));
  if (!part) return all;
  const [forwardAll, deleteAll] = ["forward", "delete"].map((id) =>
    all.find((action) => action.id === id),
  );
  return [
    ...messageActions(client, conversation, part),
    ...(forwardAll ? [{ ...forwardAll, id: "forwardAll", apart: true }] : []),
    ...(deleteAll ? [{ ...deleteAll, id: "deleteAll" }] : []),
  ];
}
