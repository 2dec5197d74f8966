/** Decryption of room events, and what can be said of who sent them. */

import type { DecryptedRoomEvent, ShieldState } from "@matrix-org/matrix-sdk-crypto-wasm";
import type { RoomId } from "../../base/ids";
import type { Decrypted } from "../ports";
import type { Content } from "../records";
import type { Olm } from "./olm";

/** What is found; `missing` where a key that the backup may have would help. */
export interface Attempt {
  found: Decrypted;
  missing: boolean;
}

export async function decryptEvent(olm: Olm, roomId: RoomId, event: Content): Promise<Attempt> {
  const { lib, machine } = olm;
  const settings = new lib.DecryptionSettings(lib.TrustRequirement.Untrusted);
  try {
    const room = new lib.RoomId(roomId);
    const clear = await machine.decryptRoomEvent(JSON.stringify(event), room, settings);
    return { found: readable(lib, clear, event), missing: false };
  } catch (error) {
    return unreadable(olm, error, event);
  }
}

const sessionOf = (event: Content) => {
  const { session_id: id } = (event.content ?? {}) as Content;
  return typeof id === "string" ? { sessionId: id } : {};
};

function readable(lib: Olm["lib"], clear: DecryptedRoomEvent, event: Content): Decrypted {
  const { type, content } = JSON.parse(clear.event) as { type: string; content: Content };
  const shield = clear.shieldState(false);
  const keyFrom = clear.forwarder?.toString();
  return {
    ...(shield.color === lib.ShieldColor.None && keyFrom === undefined
      ? { encryption: "verified" }
      : { encryption: "warning", note: doubt(lib, shield) }),
    type,
    content,
    ...sessionOf(event),
    ...(keyFrom === undefined ? {} : { keyFrom }),
  };
}

function doubt({ ShieldStateCode }: Olm["lib"], { code }: ShieldState): string {
  switch (code) {
    case ShieldStateCode.UnknownDevice:
      return "unknownDevice";
    case ShieldStateCode.UnsignedDevice:
      return "unsignedDevice";
    case ShieldStateCode.UnverifiedIdentity:
      return "unverifiedIdentity";
    case ShieldStateCode.VerificationViolation:
      return "identityChanged";
    case ShieldStateCode.MismatchedSender:
      return "mismatchedSender";
    default:
      return "notGuaranteed";
  }
}

function unreadable({ lib, machine }: Olm, error: unknown, event: Content): Attempt {
  const { DecryptionErrorCode: codes } = lib;
  const known = error instanceof lib.MegolmDecryptionError ? error : undefined;
  const missing = known?.code === codes.MissingRoomKey || known?.code === codes.UnknownMessageIndex;
  const note = () => {
    if (!missing) return known?.code === codes.MismatchedSender ? "mismatchedSender" : "broken";
    if (membershipThen(event) !== "join") return "notMember";
    if (known?.withheldCode) return "withheld";
    if (known?.code === codes.UnknownMessageIndex) return "oldKey";
    return Number(event.origin_server_ts) < machine.deviceCreationTimeMs
      ? "beforeDevice"
      : "missingKey";
  };
  const found: Decrypted = {
    encryption: "undecryptable",
    note: note(),
    type: String(event.type),
    content: (event.content ?? {}) as Content,
    ...sessionOf(event),
  };
  return { found, missing };
}

/** Whether one was in the room when it was sent, as the server tells (MSC4115, since v1.11). */
function membershipThen(event: Content): string {
  const { membership } = (event.unsigned ?? {}) as Content;
  return typeof membership === "string" ? membership : "join";
}
