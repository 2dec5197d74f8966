/**
 * End-to-end encryption of one device. All cryptography is the Olm machine's; here it is driven:
 * what it wants sent is sent, what comes is given to it, and what it finds is told.
 */

import type { Device } from "@matrix-org/matrix-sdk-crypto-wasm";
import { type Bytes, base64 } from "../../base/bytes";
import { FailureError } from "../../base/errors";
import type { DeviceId, RoomId, UserId } from "../../base/ids";
import { readRecoveryKey } from "../../base/recovery-key";
import { cancelled } from "../http";
import type { Crypto, CryptoChanges, CryptoNeeds } from "../ports";
import type { Content, EncryptionView } from "../records";
import { openBackup } from "./backup";
import { openCustody } from "./custody";
import { decryptEvent } from "./decrypt";
import { openSleeper } from "./dehydrated";
import { makeDoubts } from "./doubts";
import { hearers } from "./hearers";
import { openHistory } from "./history";
import { openIdentity } from "./identity";
import { exportKeys, importKeys } from "./key-file";
import { deleteOlm, type Olm, openOlm, reading, userIds } from "./olm";
import { sendAll } from "./requests";
import { openSafe, type SafeKey } from "./safe";
import { sharing } from "./share";
import { inTurn, latest } from "./turns";
import { openVerification } from "./verify";

/** How often it is asked whether the institution has a (new) recovery key. */
const LEAVE_KEY_MS = 3_600_000;

const CLOSED: EncryptionView = {
  ready: false,
  crossSigning: "none",
  backup: "off",
  recovery: false,
};

/** `fetched` resolves when the library is at hand. */
export function makeCrypto(needs: CryptoNeeds, fetched?: () => Promise<void>): Crypto {
  const keysArrived = hearers<[RoomId, readonly string[]]>();
  const changes = hearers<["view" | "verifications" | "trust"]>();
  const tell = { keysArrived: keysArrived.tell, change: changes.tell };
  let device: OpenDevice | undefined;
  let starting: Promise<void> | undefined;
  const given = new AbortController();

  const open = () => {
    if (device) return device;
    throw new FailureError({ code: "locked", message: "Encryption is not open" });
  };

  /** What a person asks for while the library is still on its way waits for it. */
  const opened = async () => {
    await starting;
    return open();
  };

  async function start(userId: UserId, deviceId: DeviceId, storeKey: Uint8Array): Promise<void> {
    await sooner(fetched?.(), given.signal);
    device = openDevice(await openOlm(userId, deviceId, storeKey as Bytes), needs, tell);
    changes.tell("view");
    device.wake();
  }

  return {
    start(...who) {
      if (device) throw new Error("Encryption is open already");
      starting = start(...who);
      return starting;
    },
    cancel: () => given.abort(),
    stop() {
      device?.close();
      device = undefined;
      changes.tell("view");
    },
    wipe: deleteOlm,
    receiveSync: (sync) => open().receiveSync(sync),
    pump: async () => device?.pump(),
    decrypt: (roomId, event) => open().decrypt(roomId, event),
    encrypt: (...ask) => open().sharing.encrypt(...ask),
    prepare: (...ask) => open().sharing.prepare(...ask),
    mustEncrypt: async (roomId) => open().sharing.mustEncrypt(roomId),
    receiveRoomEvent: async (...ask) => device?.receiveRoomEvent(...ask),
    onKeysArrived: keysArrived.add,
    view: () => device?.view() ?? CLOSED,
    verifications: () => device?.verification.views() ?? [],
    onChange: changes.add,
    trust: async (userId) => device?.trust(userId) ?? "unknown",
    devices: async (userId) => device?.devices(userId) ?? new Map(),
    acceptIdentity: async (userId) => (await opened()).acceptIdentity(userId),
    begin: async (password) => (await opened()).begin(password),
    setUp: async (ask) => (await opened()).setUp(ask),
    recover: async (text) => (await opened()).recover(text),
    exportKeys: async (passphrase) => exportKeys((await opened()).olm, passphrase),
    importKeys: async (file, passphrase) => importKeys((await opened()).olm, file, passphrase),
    startVerification: async (ask) => (await opened()).verification.start(ask),
    actOnVerification: async (ask) => (await opened()).verification.act(ask),
    shareHistory: async (...ask) => (await opened()).history.share(...ask),
    takeHistory: async (...ask) => (await opened()).history.take(...ask),
  };
}

/** What is waited for, unless it is given up before. */
function sooner(wait: Promise<void> | undefined, signal: AbortSignal): Promise<void> | undefined {
  return (
    wait &&
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(cancelled()), { once: true });
      wait.then(resolve, reject);
    })
  );
}

interface Tell {
  keysArrived(roomId: RoomId, sessionIds: readonly string[]): unknown;
  change(what: "view" | "verifications" | "trust"): unknown;
}

type OpenDevice = ReturnType<typeof openDevice>;

function openDevice(olm: Olm, needs: CryptoNeeds, hears: Tell) {
  const { lib, machine } = olm;
  let isClosed = false;
  // The library calls back even after it was closed.
  const tell: Tell = {
    keysArrived: (...found) => isClosed || hears.keysArrived(...found),
    change: (what) => isClosed || hears.change(what),
  };
  const safe = openSafe(needs.call, olm.userId);
  const aside = (work: () => Promise<void>) => void quietly(work);
  const backup = openBackup(olm, needs, () => aside(refreshView), aside);
  const identity = openIdentity(olm, needs, backup, safe);
  const share = sharing(olm, needs);
  const history = openHistory(olm, needs, backup, share);
  let custody: EncryptionView["custody"];
  const leaveKey = openCustody(needs, olm.userId, backup, (found) => {
    custody = found;
    aside(refreshView);
  });
  let keyLeftAt = 0;
  const roomEvents = inTurn();
  const doubts = makeDoubts(tell.keysArrived);
  const sleeper = openSleeper(olm, needs, safe);
  const verification = openVerification(
    olm,
    needs,
    () => tell.change("verifications"),
    () => aside(pump),
  );
  let hasRecovery = false;
  let isBackupKnown = false;
  let view: EncryptionView = {
    ...CLOSED,
    ready: true,
    fingerprint: machine.identityKeys.ed25519.toBase64(),
  };

  machine.registerRoomKeyUpdatedCallback(async (keys) => {
    const rooms = Map.groupBy(keys, (key) => key.roomId.toString());
    for (const [roomId, found] of rooms)
      tell.keysArrived(
        roomId,
        found.map(({ sessionId }) => sessionId),
      );
    aside(backup.upload);
  });
  machine.registerUserIdentityUpdatedCallback(async (userId) => trustChanged([userId.toString()]));
  machine.registerDevicesUpdatedCallback(async (userIds) => trustChanged(userIds));
  machine.registerReceiveSecretCallback(async (name, secret) => {
    if (name !== "m.megolm_backup.v1") return;
    await quietly(async () => {
      if (await backup.adopt(secret)) await machine.deleteSecretsFromInbox(name);
    });
  });

  async function trustChanged(userIds: readonly UserId[]): Promise<void> {
    for (const userId of userIds) doubts.lookAgain(userId);
    tell.change("trust");
    await refreshView();
  }

  async function refreshView(): Promise<void> {
    if (isClosed) return;
    const next = {
      ...view,
      crossSigning: await identity.state(),
      backup: backup.state(),
      recovery: hasRecovery,
      ...(custody && { custody }),
    };
    if (isClosed || JSON.stringify(next) === JSON.stringify(view)) return;
    view = next;
    tell.change("view");
  }

  /** Without a network, or refused, it is tried again after the next sync response. */
  async function quietly(work: () => Promise<void>): Promise<void> {
    try {
      if (!isClosed) await work();
    } catch (error) {
      if (!(error instanceof FailureError) && !isClosed) throw error;
    }
  }

  const pump = latest(() =>
    quietly(async () => {
      await sendAll(olm, needs);
      if (!isBackupKnown) await wakeBackup();
      await backup.upload();
      if (Date.now() - keyLeftAt > LEAVE_KEY_MS) {
        keyLeftAt = Date.now();
        aside(leaveKey);
      }
    }),
  );

  async function wakeBackup(): Promise<void> {
    for (const secret of await machine.getSecretsFromInbox("m.megolm_backup.v1"))
      await backup.adopt(secret);
    hasRecovery = await safe.exists();
    await beginAgain();
    isBackupKnown = true;
    await history.takePending();
  }

  /** The network may have gone, or the tab, before the keys were made at the sign-in. */
  async function beginAgain(): Promise<void> {
    try {
      await identity.begin();
    } catch (error) {
      // What the server wants a password for is asked of the person in the settings.
      const isRefused = error instanceof FailureError && error.failure.status !== undefined;
      if (!isRefused) throw error;
    }
  }

  async function receiveSync(sync: CryptoChanges): Promise<readonly Content[]> {
    if (sync.isFirst) await machine.markAllTrackedUsersAsDirty();
    const lists = new lib.DeviceLists(
      userIds(olm, sync.deviceLists?.changed ?? []),
      userIds(olm, sync.deviceLists?.left ?? []),
    );
    const events = await machine.receiveSyncChanges(
      JSON.stringify(sync.toDevice),
      lists,
      new Map(Object.entries(sync.otkCounts ?? {})),
      sync.fallbackTypes && new Set(sync.fallbackTypes),
    );
    const { ProcessedToDeviceEventType: types } = lib;
    const clear = events
      .filter(({ type }) => type === types.Decrypted || type === types.PlainText)
      .map(({ rawEvent }) => JSON.parse(rawEvent) as Content);
    for (const event of clear) aside(() => verification.receiveToDevice(event, feedAgain));
    if (clear.some(history.isBundle)) aside(history.takePending);
    return clear;
  }

  /** In the order they came; what they call for is sent at once. */
  const receiveRoomEvent = (roomId: RoomId, event: Content) =>
    roomEvents(() =>
      quietly(async () => {
        await verification.receiveRoomEvent(roomId, event);
        aside(pump);
      }),
    );

  async function feedAgain(event: Content): Promise<void> {
    const none = new lib.DeviceLists();
    await machine.receiveSyncChanges(JSON.stringify([event]), none, new Map());
  }

  async function decrypt(roomId: RoomId, event: Content) {
    const { found, missing } = await decryptEvent(olm, roomId, event);
    if (found.sessionId === undefined) return found;
    if (missing) backup.want(roomId, found.sessionId);
    if (found.encryption === "warning") inquire(String(event.sender), roomId, found.sessionId);
    return found;
  }

  /** Learns of a sender whom this device does not follow yet; the event is then looked at again. */
  function inquire(sender: UserId, roomId: RoomId, sessionId: string): void {
    doubts.add(sender, roomId, sessionId);
    aside(async () => {
      await machine.updateTrackedUsers(userIds(olm, [sender]));
      await pump();
    });
  }

  async function trust(userId: UserId) {
    const found = await machine.getIdentity(new lib.UserId(userId));
    if (!found) return "unknown";
    return reading(found, async (identity) => {
      if (identity.isVerified()) return (await allSigned(userId)) ? "verified" : "known";
      const isChanged =
        identity.hasVerificationViolation() ||
        (!(identity instanceof lib.OwnUserIdentity) && identity.identityNeedsUserApproval());
      return isChanged ? "changed" : "known";
    });
  }

  async function eachDevice<R>(userId: UserId, read: (one: Device) => R): Promise<R[]> {
    const found = await machine.getUserDevices(new lib.UserId(userId));
    return reading(found, (devices) =>
      Promise.all(devices.devices().map((one) => reading(one, read))),
    );
  }

  const allSigned = async (userId: UserId) =>
    (await eachDevice(userId, (one) => one.isCrossSignedByOwner())).every(Boolean);

  async function devices(userId: UserId) {
    return new Map(
      await eachDevice(userId, (one) => {
        const verified = one.isCrossSigningTrusted();
        const fingerprint = one.ed25519Key?.toBase64() ?? "";
        return [
          one.deviceId.toString(),
          { verified, asleep: one.isDehydrated, fingerprint },
        ] as const;
      }),
    );
  }

  async function acceptIdentity(userId: UserId): Promise<void> {
    const found = await machine.getIdentity(new lib.UserId(userId));
    if (!found) return;
    await reading(found, async (identity) => {
      if (identity.hasVerificationViolation()) await identity.withdrawVerification();
      if (!(identity instanceof lib.OwnUserIdentity)) await identity.pinCurrentMasterKey();
    });
    tell.change("trust");
  }

  async function renewSleeper(key: SafeKey): Promise<void> {
    hasRecovery = true;
    await refreshView();
    await quietly(() => sleeper.renew(key));
    await backup.upload();
    aside(leaveKey);
  }

  return {
    olm,
    sharing: share,
    history,
    verification,
    view: () => view,
    pump,
    receiveSync,
    receiveRoomEvent,
    decrypt,
    trust,
    devices,
    acceptIdentity,
    /** What is done once after opening, as the network allows. */
    wake: () =>
      aside(async () => {
        await refreshView();
        await machine.updateTrackedUsers(userIds(olm, [olm.userId]));
        await pump();
      }),
    async begin(password?: string): Promise<void> {
      await identity.begin(password);
      await refreshView();
    },
    async setUp(ask: { password?: string; passphrase?: string; reset?: boolean }) {
      const { recoveryKey, safeKey } = await identity.setUp(ask);
      await renewSleeper(safeKey);
      return { recoveryKey };
    },
    /** By the recovery key; or earlier conversations alone, by the key of their backup. */
    async recover(text: string): Promise<void> {
      try {
        await renewSleeper(await identity.recover(text));
      } catch (error) {
        const key = readRecoveryKey(text);
        if (!key || !(await backup.adopt(base64(key)))) throw error;
        await refreshView();
      }
    },
    close(): void {
      isClosed = true;
      verification.close();
      sleeper.close();
      machine.close();
    },
  };
}
