/** Encrypting what goes to a room, where it is an encrypted one. */

import { FailureError } from "../base/errors";
import type { RoomId } from "../base/ids";
import { ENCRYPTED } from "./content";
import { clearMentions } from "./meant";
import { readersOf } from "./people";
import type { RoomCipher } from "./ports";
import type { Content } from "./records";
import { historyVisibility, stateOf } from "./room";
import type { RoomData } from "./stored";
import { ACK, isUrgent, urgently } from "./urgent";
import type { World } from "./world";

/** What the room says of its encryption; undefined of a room that is not encrypted. */
export function cipherOf(room: RoomData | undefined): RoomCipher | undefined {
  const encryption = room && stateOf(room, "m.room.encryption");
  return encryption && { encryption, historyVisibility: historyVisibility(room) };
}

/**
 * Type and content to be sent. Reactions stay in clear, as all clients have them; so do
 * acknowledgements, and the mark of what is urgent.
 */
export async function sealedFor(
  world: World,
  roomId: RoomId,
  type: string,
  content: Content,
): Promise<{ type: string; content: Content }> {
  if (type === "m.reaction" || type === ACK) return { type, content };
  await world.cryptoReady;
  const cipher = cipherOf(world.rooms.get(roomId));
  if (!cipher && (await world.crypto?.mustEncrypt(roomId)))
    throw new FailureError({ code: "encryptionLost", message: "The chat is no longer encrypted" });
  if (!cipher) return { type, content };
  if (!world.crypto)
    throw new FailureError({ code: "noCrypto", message: "Encryption is not open" });
  const readers = await readersOf(world, roomId, mayInvitedRead(cipher));
  const sealed = await world.crypto.encrypt(roomId, readers, cipher, type, content);
  const whole = { ...sealed, ...clearMentions(content) };
  return { type: ENCRYPTED, content: isUrgent(type, content) ? urgently(whole) : whole };
}

/** Where only those who joined see what is said, a key for the invited would tell them more. */
const mayInvitedRead = (cipher: RoomCipher) => cipher.historyVisibility !== "joined";

/** Shares the room's key when a person begins to write, so that sending does not wait for it. */
export async function prepareToSend(world: World, roomId: RoomId): Promise<void> {
  await world.cryptoReady;
  const cipher = cipherOf(world.rooms.get(roomId));
  if (!cipher || !world.crypto) return;
  const readers = await readersOf(world, roomId, mayInvitedRead(cipher));
  await world.crypto.prepare(roomId, readers, cipher);
}
