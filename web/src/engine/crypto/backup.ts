/** The backup of room keys on the server ("Server-side key backups"). */

import type { BackupDecryptionKey } from "@matrix-org/matrix-sdk-crypto-wasm";
import { base64, fromBase64 } from "../../base/bytes";
import { FailureError } from "../../base/errors";
import type { RoomId } from "../../base/ids";
import type { CryptoNeeds } from "../ports";
import type { Content, EncryptionView } from "../records";
import type { Olm } from "./olm";
import { send } from "./requests";
import { inTurn, latest } from "./turns";

const KEYS = "/_matrix/client/v3/room_keys";
const ALGORITHM = "m.megolm_backup.v1.curve25519-aes-sha2";
/** A session that was not in the backup may be put there by another device meanwhile. */
const ASK_AGAIN_MS = 5 * 60_000;

interface Version {
  algorithm: string;
  version: string;
  auth_data: { public_key?: string };
}

interface Backed {
  session_data?: { ephemeral: string; ciphertext: string; mac: string };
}

export type Backup = ReturnType<typeof openBackup>;

/** `changed` is called when `state` may have; `aside` runs what nobody waits for. */
export function openBackup(
  olm: Olm,
  needs: CryptoNeeds,
  changed: () => void,
  aside: (work: () => Promise<void>) => void,
) {
  const { lib, machine } = olm;
  let state: EncryptionView["backup"] = "off";
  const fetched = new Set<RoomId>();
  const askedAt = new Map<string, number>();
  const wanted = new Map<RoomId, Set<string>>();
  const turn = inTurn();

  async function current(): Promise<Version | null> {
    try {
      return JSON.parse(await needs.call("GET", `${KEYS}/version`)) as Version;
    } catch (error) {
      if (error instanceof FailureError && error.failure.code === "M_NOT_FOUND") return null;
      throw error;
    }
  }

  /** The key that opens this version, where we hold it. */
  async function keyOf(version: Version): Promise<BackupDecryptionKey | undefined> {
    const { decryptionKey } = await machine.getBackupKeys();
    const isIts = decryptionKey?.megolmV1PublicKey.publicKeyBase64 === version.auth_data.public_key;
    return isIts ? decryptionKey : undefined;
  }

  async function check(): Promise<void> {
    const version = await current();
    state = await join(version);
    changed();
    if (state === "on") aside(askWanted);
    await upload();
  }

  async function join(version: Version | null): Promise<EncryptionView["backup"]> {
    const publicKey = version?.auth_data.public_key;
    if (!version || version.algorithm !== ALGORITHM || !publicKey) {
      if (await machine.isBackupEnabled()) await machine.disableBackup();
      return version ? "needsKey" : "off";
    }
    const key = await keyOf(version);
    if (key) await machine.saveBackupDecryptionKey(key, version.version);
    // What the server calls our backup is believed only with our key or a trusted signature.
    if (key || (await machine.verifyBackup(version)).trusted())
      await machine.enableBackupV1(publicKey, version.version);
    else if (await machine.isBackupEnabled()) await machine.disableBackup();
    return key ? "on" : "needsKey";
  }

  const upload = latest(async () => {
    while (await machine.isBackupEnabled()) {
      const request = await machine.backupRoomKeys();
      if (!request) return;
      try {
        await send(olm, needs, request);
      } catch (error) {
        if (!(error instanceof FailureError)) throw error;
        const { code } = error.failure;
        if (code !== "M_WRONG_ROOM_KEYS_VERSION" && code !== "M_NOT_FOUND") throw error;
        await machine.disableBackup();
        state = await join(await current());
        changed();
      }
    }
  });

  /** Makes a new, empty backup on the server; keys go there from now on. */
  async function create(): Promise<void> {
    const key = lib.BackupDecryptionKey.createRandomKey();
    const data = { public_key: key.megolmV1PublicKey.publicKeyBase64 };
    const signatures = JSON.parse((await machine.sign(JSON.stringify(data))).asJSON());
    const body = { algorithm: ALGORITHM, auth_data: { ...data, signatures } };
    const answer = await needs.call("POST", `${KEYS}/version`, JSON.stringify(body));
    const { version } = JSON.parse(answer) as { version: string };
    await machine.disableBackup();
    await machine.saveBackupDecryptionKey(key, version);
    await machine.enableBackupV1(data.public_key, version);
    state = "on";
    changed();
  }

  /** Takes a key that was stored or given by another device; false: it is not the backup's. */
  async function adopt(text: string): Promise<boolean> {
    const bytes = fromBase64(text);
    const version = await current();
    if (bytes?.length !== 32 || !version) return false;
    const key = lib.BackupDecryptionKey.fromBase64(base64(bytes));
    if (key.megolmV1PublicKey.publicKeyBase64 !== version.auth_data.public_key) return false;
    await machine.saveBackupDecryptionKey(key, version.version);
    fetched.clear();
    askedAt.clear();
    await check();
    return true;
  }

  const remember = (roomId: RoomId, sessionId: string) =>
    wanted.set(roomId, (wanted.get(roomId) ?? new Set()).add(sessionId));

  /** Looks for a room key in the backup; all keys of the room come along the first time. */
  function want(roomId: RoomId, sessionId: string): void {
    remember(roomId, sessionId);
    if (state === "on") aside(askWanted);
  }

  const askWanted = latest(async () => {
    while (state === "on") {
      const next = wanted.entries().next().value;
      if (!next || !(await askRoom(...next))) return;
    }
  });

  /** False without an answer; it is asked again with the next that is wanted. */
  async function askRoom(roomId: RoomId, sessionIds: ReadonlySet<string>): Promise<boolean> {
    wanted.delete(roomId);
    try {
      if (!fetched.has(roomId)) await fetchRoom(roomId);
      else for (const sessionId of sessionIds) await fetchSession(roomId, sessionId);
      return true;
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      for (const sessionId of sessionIds) remember(roomId, sessionId);
      return false;
    }
  }

  async function fetchSession(roomId: RoomId, sessionId: string): Promise<void> {
    const name = `${roomId} ${sessionId}`;
    if (Date.now() - (askedAt.get(name) ?? 0) < ASK_AGAIN_MS) return;
    askedAt.set(name, Date.now());
    const session = await read(`${encodeURIComponent(roomId)}/${encodeURIComponent(sessionId)}`);
    if (session) await take(roomId, { [sessionId]: session as Backed });
  }

  /** All keys of a room that the backup has and this device lacks. */
  async function fetchRoom(roomId: RoomId): Promise<void> {
    if (state !== "on") return;
    const room = await read(encodeURIComponent(roomId));
    await take(roomId, (room?.sessions ?? {}) as Record<string, Backed>);
    fetched.add(roomId);
    await machine.setHasDownloadedAllRoomKeys(new lib.RoomId(roomId));
  }

  async function read(path: string): Promise<Content | null> {
    const { backupVersion } = await machine.getBackupKeys();
    if (!backupVersion) return null;
    try {
      const query = `?version=${encodeURIComponent(backupVersion)}`;
      return JSON.parse(await needs.call("GET", `${KEYS}/keys/${path}${query}`)) as Content;
    } catch (error) {
      if (error instanceof FailureError && error.failure.code === "M_NOT_FOUND") return null;
      throw error;
    }
  }

  const take = (roomId: RoomId, sessions: Record<string, Backed>) =>
    turn(async () => {
      const { decryptionKey, backupVersion } = await machine.getBackupKeys();
      if (!decryptionKey || !backupVersion) return;
      const opened = new Map<string, unknown>();
      for (const [id, { session_data: data }] of Object.entries(sessions)) {
        const key = data && open(decryptionKey, data);
        if (key) opened.set(id, key);
      }
      if (opened.size === 0) return;
      const rooms = new Map([[new lib.RoomId(roomId), opened]]);
      await machine.importBackedUpRoomKeys(rooms, () => {}, backupVersion);
    });

  return {
    state: () => state,
    check,
    upload,
    create,
    adopt,
    want,
    fetchRoom,
    /** Unpadded base64 of the key that opens the backup, where we hold it. */
    secret: async () => (await machine.getBackupKeys()).decryptionKey?.toBase64(),
    /** The same with the version of the backup that it opens. */
    async held(): Promise<{ key: string; version: string } | undefined> {
      const { decryptionKey, backupVersion } = await machine.getBackupKeys();
      if (!decryptionKey || !backupVersion) return undefined;
      return { key: decryptionKey.toBase64(), version: backupVersion };
    },
  };
}

/** A backed up session, or undefined where it was encrypted for another key. */
function open(key: BackupDecryptionKey, data: NonNullable<Backed["session_data"]>): unknown {
  try {
    return JSON.parse(key.decryptV1(data.ephemeral, data.mac, data.ciphertext));
  } catch {
    return undefined;
  }
}
