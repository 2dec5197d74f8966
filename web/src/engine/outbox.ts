/**
 * What is to be sent: kept at rest before it is tried, sent in order within each chat, and told from
 * others by its transaction id, so that trying again never sends it twice.
 */

import { type Failure, FailureError } from "../base/errors";
import type { EventId, RoomId } from "../base/ids";
import type { Change } from "./archive";
import { sealedFor } from "./cipher";
import { cancelled, isPassing, part, retryDelay, sleep } from "./http";
import type { Echo, Echoes } from "./intake";
import type { Attachment, Content, MediaSource, SendState } from "./records";
import { isEncrypted } from "./room";
import type { OutboxData, OutboxFile } from "./stored";
import { ACK } from "./urgent";
import type { World } from "./world";

export interface Outgoing {
  roomId: RoomId;
  type: string;
  content: Content;
  threadId?: EventId;
  redacts?: EventId;
  of?: EventId;
  attachment?: Attachment;
}

export interface Outbox extends Echoes {
  /** Keeps them at rest and begins to send; their transaction ids, which are their items' ids. */
  add(outgoing: readonly Outgoing[]): Promise<string[]>;
  /** What waits in a room, in order; the same list until it changes. */
  of(roomId: RoomId): readonly OutboxData[];
  stateOf(item: OutboxData): SendState;
  progressOf(txnId: string): { sent: number; total: number } | undefined;
  find(txnId: string): OutboxData | undefined;
  /** Changes the content of what was not sent yet; false when it is too late for that. */
  amend(txnId: string, content: Content): Promise<boolean>;
  retry(txnId: string): Promise<void>;
  /** False when it is too late. */
  discard(txnId: string): Promise<boolean>;
  waiting(): number;
  start(): void;
  stop(): Promise<void>;
  hurry(): void;
}

/** Marks an id as one of an outbox, of this or another run. */
export const isLocalId = (id: string) => id.startsWith("~");

const NONE: readonly OutboxData[] = [];

export function makeOutbox(world: World, kept: readonly OutboxData[]): Outbox {
  const items = new Map(kept.map((item) => [item.txnId, item]));
  let byRoom = new Map<RoomId, readonly OutboxData[]>();
  let nextSeq = (kept.at(-1)?.seq ?? 0) + 1;
  const inFlight = new Map<string, AbortController>();
  const progress = new Map<string, { sent: number; total: number }>();
  const blobs = new Map<string, Attachment>();
  const running = new Map<RoomId, Promise<void>>();
  let stopping = new AbortController();
  stopping.abort();
  let waking = new AbortController();
  let leaving: { gone: OutboxData[]; renamed: OutboxData[] } = { gone: [], renamed: [] };

  function regroup(...rooms: RoomId[]): void {
    const sorted = [...items.values()].sort((a, b) => a.seq - b.seq);
    byRoom = Map.groupBy(sorted, (item) => item.roomId);
    world.topics.touch("chats", "connection", ...rooms.map((id) => `outbox:${id}`));
  }
  regroup();

  const touch = (item: OutboxData) => world.topics.touch("chats", `outbox:${item.roomId}`);

  /** Changes an item at rest and in memory, unless it is gone meanwhile. */
  function change(txnId: string, make: (item: OutboxData) => OutboxData): Promise<void> {
    return world.archive.exclusive(async () => {
      const item = items.get(txnId);
      if (!item) return;
      const next = make(item);
      await world.archive.commit([{ put: "outbox", key: next.seq, value: next }]);
      items.set(txnId, next);
      regroup(next.roomId);
    });
  }

  // ── Sending ──────────────────────────────────────────────────────────────────────────────────

  function run(roomId: RoomId): void {
    if (stopping.signal.aborted || running.has(roomId)) return;
    const turn = drain(roomId).finally(() => {
      running.delete(roomId);
      if (nextOf(roomId) && !stopping.signal.aborted) run(roomId);
    });
    running.set(roomId, turn);
  }

  function nextOf(roomId: RoomId): OutboxData | undefined {
    return byRoom.get(roomId)?.find((item) => item.eventId === undefined && !item.failure);
  }

  async function drain(roomId: RoomId): Promise<void> {
    for (let failed = 0, item = nextOf(roomId); item; item = nextOf(roomId)) {
      if (stopping.signal.aborted) return;
      const failure = await tryOne(item);
      if (failure === undefined) failed = 0;
      else if (failure.code === "cancelled") continue;
      // A session that ended is no fault of the message; it is sent by the next.
      else if (isPassing(failure) || failure.code === "M_UNKNOWN_TOKEN") {
        const wait = retryDelay(failure, failed++) ?? 5_000;
        await sleep(wait, AbortSignal.any([waking.signal, stopping.signal])).catch(() => {});
      } else if (item.type === ACK) await giveUp(item, failure);
      else await change(item.txnId, (each) => ({ ...each, failure }));
    }
  }

  /** An acknowledgement is no item that could show its failure: it is told, and one may try again. */
  async function giveUp(item: OutboxData, failure: Failure): Promise<void> {
    await drop(item);
    // Another device of mine was first.
    if (failure.code !== "M_DUPLICATE_ANNOTATION")
      world.fault(new FailureError(failure), item.roomId);
  }

  function drop(item: OutboxData): Promise<void> {
    return world.archive.exclusive(async () => {
      await world.archive.commit([{ drop: "outbox", key: item.seq }, ...dropsOfBlobs(item)]);
      items.delete(item.txnId);
      blobs.delete(item.txnId);
      regroup(item.roomId);
    });
  }

  async function tryOne(item: OutboxData): Promise<Failure | undefined> {
    const giveUp = new AbortController();
    inFlight.set(item.txnId, giveUp);
    touch(item);
    try {
      const eventId = await send(item, giveUp.signal);
      await sent({ txnId: item.txnId, eventId });
      return undefined;
    } catch (error) {
      if (error instanceof FailureError) return error.failure;
      return { code: "bug", message: error instanceof Error ? error.message : String(error) };
    } finally {
      inFlight.delete(item.txnId);
      progress.delete(item.txnId);
      touch(item);
    }
  }

  async function send(asked: OutboxData, upload: AbortSignal): Promise<EventId> {
    const signal = AbortSignal.any([upload, stopping.signal]);
    const item = asked.file ? await uploaded(asked, asked.file, signal) : asked;
    if (!items.has(item.txnId)) throw cancelled();
    const room = `/_matrix/client/v3/rooms/${part(item.roomId)}`;
    const txn = part(item.txnId);
    if (item.redacts !== undefined) {
      const path = `${room}/redact/${part(item.redacts)}/${txn}`;
      return put(path, item.content);
    }
    const sealed = await encrypted(item);
    const type = sealed ? "m.room.encrypted" : item.type;
    return put(`${room}/send/${part(type)}/${txn}`, sealed ?? item.content);
  }

  async function put(path: string, body: Content): Promise<EventId> {
    const signal = stopping.signal;
    const answer = await world.http.json<{ event_id: EventId }>("PUT", path, { body, signal });
    return answer.event_id;
  }

  /** Ciphertext is made once and kept: sent again it is the same event. */
  async function encrypted(item: OutboxData): Promise<Content | undefined> {
    if (item.sealed) return item.sealed;
    const { type, content } = await sealedFor(world, item.roomId, item.type, item.content);
    if (type === item.type) return undefined;
    await change(item.txnId, (each) => ({ ...each, sealed: content }));
    return content;
  }

  /** The item with its file uploaded. Each step is kept, so that a reload goes on from there. */
  async function uploaded(
    asked: OutboxData,
    file: OutboxFile,
    signal: AbortSignal,
  ): Promise<OutboxData> {
    if (file.done) return asked;
    progress.set(asked.txnId, { sent: 0, total: file.size });
    touch(asked);
    const room = world.rooms.get(asked.roomId);
    const encrypt = room !== undefined && isEncrypted(room);
    let item = asked;
    let now = file;
    const step = async (more: Partial<OutboxFile>) => {
      now = { ...now, ...more };
      item = { ...item, file: now };
      const { content } = item;
      await change(item.txnId, (each) => ({ ...each, content, file: now }));
    };
    if (now.hasThumbnail && !now.thumbnailDone) {
      const blob = await blobOf(`${item.txnId}/thumbnail`, now.thumbnailMimetype ?? "");
      const ask = { blob, encrypt, mimetype: now.thumbnailMimetype ?? "", name: "thumbnail" };
      const source = await world.media.upload({ ...ask, signal });
      await step({ thumbnailDone: source });
    }
    // Encrypted anew it is another ciphertext, which must not meet the one of an earlier try.
    if (now.into === undefined && !encrypt) {
      const into = await world.media.reserve();
      if (into !== undefined) await step({ into });
    }
    const source = await world.media.upload({
      blob: await blobOf(item.txnId, now.mimetype),
      encrypt,
      name: now.name,
      mimetype: now.mimetype,
      ...(now.into !== undefined && { into: now.into }),
      signal,
      onProgress: (done, total) => {
        progress.set(item.txnId, { sent: done, total });
        touch(item);
      },
    });
    item = { ...item, content: withSources(item.content, source, now.thumbnailDone) };
    await step({ done: source });
    progress.delete(item.txnId);
    touch(item);
    return item;
  }

  async function blobOf(key: string, type: string): Promise<Blob> {
    const fresh = blobs.get(key);
    if (fresh) return fresh.blob;
    const bytes = await world.archive.blob(key);
    if (!bytes) throw new FailureError({ code: "fileLost", message: "The file is gone" });
    return new Blob([bytes], { type });
  }

  /** The server has it; until the sync tells of it, it is shown from here. */
  async function sent(echo: Echo): Promise<void> {
    await world.archive.exclusive(async () => {
      const item = items.get(echo.txnId);
      if (!item) return;
      const next = { ...item, eventId: echo.eventId };
      const others = referring(echo);
      await world.archive.commit([
        { put: "outbox", key: next.seq, value: next },
        ...others.map((each): Change => ({ put: "outbox", key: each.seq, value: each })),
        ...dropsOfBlobs(item),
      ]);
      for (const each of [next, ...others]) items.set(each.txnId, each);
      blobs.delete(item.txnId);
      regroup(item.roomId);
    });
  }

  /** Items that named an event by its transaction, now naming it by its id. */
  function referring({ txnId, eventId }: Echo): OutboxData[] {
    const room = items.get(txnId)?.roomId;
    const named = JSON.stringify(txnId);
    return [...items.values()]
      .filter((item) => item.roomId === room && item.txnId !== txnId)
      .filter((item) => JSON.stringify(item).includes(named))
      .map((item) => {
        const text = JSON.stringify(item).replaceAll(named, JSON.stringify(eventId));
        return JSON.parse(text) as OutboxData;
      });
  }

  return {
    async add(outgoing) {
      const made = await Promise.all(outgoing.map((each) => prepare(each, nextSeq++, world.now())));
      await world.archive.commit(made.flatMap(({ changes }) => changes));
      for (const { item, attachment } of made) {
        items.set(item.txnId, item);
        if (attachment) blobs.set(item.txnId, attachment);
      }
      const rooms = new Set(outgoing.map((each) => each.roomId));
      regroup(...rooms);
      for (const roomId of rooms) run(roomId);
      return made.map(({ item }) => item.txnId);
    },
    of: (roomId) => byRoom.get(roomId) ?? NONE,
    stateOf(item) {
      if (item.eventId !== undefined) return "sent";
      if (item.failure) return "failed";
      return inFlight.has(item.txnId) ? "sending" : "waiting";
    },
    progressOf: (txnId) => progress.get(txnId),
    find: (txnId) => items.get(txnId),
    async amend(txnId, content) {
      const item = items.get(txnId);
      if (!item || inFlight.has(txnId) || item.eventId !== undefined) return false;
      await change(txnId, ({ sealed: _, failure: __, ...rest }) => ({ ...rest, content }));
      run(item.roomId);
      return true;
    },
    async retry(txnId) {
      const item = items.get(txnId);
      if (!item?.failure) return;
      await change(txnId, ({ failure: _, ...rest }) => rest);
      run(item.roomId);
    },
    async discard(txnId) {
      const item = items.get(txnId);
      const sending = inFlight.get(txnId);
      const isUploading = item?.file !== undefined && !item.file.done;
      if (!item || item.eventId !== undefined || (sending && !isUploading)) return false;
      await drop(item);
      sending?.abort();
      return true;
    },
    waiting: () => [...items.values()].filter((item) => item.eventId === undefined).length,
    start() {
      stopping = new AbortController();
      for (const roomId of byRoom.keys()) run(roomId);
    },
    async stop() {
      stopping.abort();
      await Promise.all(running.values());
    },
    hurry() {
      waking.abort();
      waking = new AbortController();
    },
    isWaiting: (txnId) => items.has(txnId),
    forget(echoed, gapped) {
      const gone = echoed.map((echo) => items.get(echo.txnId)).filter((item) => item !== undefined);
      for (const item of items.values())
        if (item.eventId !== undefined && gapped.includes(item.roomId)) gone.push(item);
      const renamed = echoed.flatMap(referring);
      leaving = { gone, renamed };
      return [
        ...renamed.map((item): Change => ({ put: "outbox", key: item.seq, value: item })),
        ...gone.flatMap((item): Change[] => [
          { drop: "outbox", key: item.seq },
          ...dropsOfBlobs(item),
        ]),
      ];
    },
    forgotten() {
      const { gone, renamed } = leaving;
      if (gone.length === 0) return;
      for (const item of renamed) items.set(item.txnId, item);
      for (const item of gone) {
        items.delete(item.txnId);
        blobs.delete(item.txnId);
      }
      regroup(...new Set(gone.map((item) => item.roomId)));
    },
  };
}

async function prepare(
  outgoing: Outgoing,
  seq: number,
  ts: number,
): Promise<{ item: OutboxData; attachment: Attachment | undefined; changes: Change[] }> {
  const { attachment, ...rest } = outgoing;
  const txnId = `~${ts.toString(36)}${seq.toString(36)}${crypto.randomUUID().slice(0, 8)}`;
  const item: OutboxData = { ...rest, seq, txnId, ts, tries: 0 };
  const changes: Change[] = [];
  if (attachment) {
    const { blob, name, mimetype, thumbnail } = attachment;
    item.file = { name, mimetype, size: blob.size, hasThumbnail: thumbnail !== undefined };
    changes.push({ put: "blobs", key: txnId, bytes: await bytesOf(blob) });
    if (thumbnail) {
      item.file.thumbnailMimetype = thumbnail.mimetype;
      const bytes = await bytesOf(thumbnail.blob);
      changes.push({ put: "blobs", key: `${txnId}/thumbnail`, bytes });
    }
  }
  changes.push({ put: "outbox", key: seq, value: item });
  return { item, attachment, changes };
}

async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.arrayBuffer());
}

function dropsOfBlobs(item: OutboxData): Change[] {
  if (!item.file) return [];
  const main: Change = { drop: "blobs", key: item.txnId };
  return [main, { drop: "blobs", key: `${item.txnId}/thumbnail` }];
}

function withSources(content: Content, source: MediaSource, thumbnail: unknown): Content {
  const info = content.info;
  const place = "mxc" in source ? { url: source.mxc } : { file: source.file };
  if (!isSource(thumbnail)) return { ...content, ...place };
  const small =
    "mxc" in thumbnail ? { thumbnail_url: thumbnail.mxc } : { thumbnail_file: thumbnail.file };
  return { ...content, ...place, info: { ...(info as Content), ...small } };
}

function isSource(value: unknown): value is MediaSource {
  return typeof value === "object" && value !== null && ("mxc" in value || "file" in value);
}
