/** History shared with those invited ("Sharing keys between users", MSC4268). */

import { FailureError } from "../../base/errors";
import type { RoomId, UserId } from "../../base/ids";
import type { CryptoNeeds, RoomCipher } from "../ports";
import type { Content } from "../records";
import type { Backup } from "./backup";
import type { Olm } from "./olm";
import { queryNow, send } from "./requests";
import type { Sharing } from "./share";

/** How long after joining the inviter's keys are still taken, as the specification advises. */
const RECENT_MS = 24 * 3_600_000;
/** More would be no list of keys of one room. */
const MOST_BYTES = 64 * 2 ** 20;
const OPEN = new Set(["shared", "world_readable"]);

export function openHistory(olm: Olm, needs: CryptoNeeds, backup: Backup, sharing: Sharing) {
  const { lib, machine } = olm;

  async function share(roomId: RoomId, invited: readonly UserId[], cipher: RoomCipher) {
    if (invited.length === 0 || !OPEN.has(cipher.historyVisibility)) return;
    const room = () => new lib.RoomId(roomId);
    if (!(await machine.hasDownloadedAllRoomKeys(room()))) await backup.fetchRoom(roomId);
    const bundle = await machine.buildRoomKeyBundle(room());
    if (!bundle) return;
    const blob = new Blob([Uint8Array.from(bundle.encryptedData)]);
    const source = await needs.media.upload({ blob, encrypt: false });
    if (!("mxc" in source)) return;
    await queryNow(olm, needs, invited);
    await sharing.openChannels(invited);
    for (const userId of invited) {
      const messages = await machine.shareRoomKeyBundleData(
        new lib.UserId(userId),
        room(),
        source.mxc,
        bundle.mediaEncryptionInfo,
        lib.CollectStrategy.identityBasedStrategy(),
      );
      await Promise.all(messages.map((message) => send(olm, needs, message)));
    }
  }

  /** Takes the keys if they have come; else they are taken when they do. */
  async function take(roomId: RoomId, inviter: UserId): Promise<void> {
    await machine.storeRoomPendingKeyBundle(new lib.RoomId(roomId), new lib.UserId(inviter));
    await fetchBundle(roomId, inviter);
  }

  async function fetchBundle(roomId: RoomId, inviter: UserId): Promise<void> {
    await queryNow(olm, needs, [inviter]);
    const room = () => new lib.RoomId(roomId);
    const details = await machine.getReceivedRoomKeyBundleData(room(), new lib.UserId(inviter));
    if (!details) return;
    try {
      const blob = await needs.media.load({ source: { mxc: details.url } });
      if (blob.size > MOST_BYTES) return;
      const bytes = new Uint8Array(await blob.arrayBuffer());
      await machine.receiveRoomKeyBundle(details, bytes);
    } catch (error) {
      // The server may have dropped the file; without a network it is tried at the next start.
      if (error instanceof FailureError && error.failure.status === undefined) return;
    }
    await machine.clearRoomPendingKeyBundle(room());
  }

  /** Takes what was waited for: after a message that keys were given, and at the start. */
  async function takePending(): Promise<void> {
    for (const pending of await machine.getAllRoomsPendingKeyBundles()) {
      const room = pending.roomId;
      if (Date.now() - pending.inviteAcceptedAtMillis > RECENT_MS)
        await machine.clearRoomPendingKeyBundle(room);
      else await fetchBundle(room.toString(), pending.inviterId.toString());
    }
  }

  const isBundle = ({ type }: Content) =>
    type === "m.room_key_bundle" || type === "io.element.msc4268.room_key_bundle";

  return { share, take, takePending, isBundle };
}
