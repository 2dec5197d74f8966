/** Requests the Olm machine wants to be sent, and their answers given back to it. */

import type {
  KeysBackupRequest,
  KeysClaimRequest,
  KeysQueryRequest,
  KeysUploadRequest,
  RequestType,
  RoomMessageRequest,
  SignatureUploadRequest,
  ToDeviceRequest,
} from "@matrix-org/matrix-sdk-crypto-wasm";
import type { UserId } from "../../base/ids";
import type { CryptoNeeds } from "../ports";
import type { Content } from "../records";
import { type Olm, userIds } from "./olm";

type OlmRequest =
  | KeysUploadRequest
  | KeysQueryRequest
  | KeysClaimRequest
  | ToDeviceRequest
  | SignatureUploadRequest
  | RoomMessageRequest
  | KeysBackupRequest;

const V3 = "/_matrix/client/v3";
const segment = encodeURIComponent;

/** Sends one request, tells the machine its answer, and gives it. Throws `FailureError`. */
export async function send(olm: Olm, needs: CryptoNeeds, request: OlmRequest): Promise<string> {
  const { id, type } = request;
  const answer = await deliver(olm, needs, request);
  if (id !== undefined) await olm.machine.markRequestAsSent(id, type, answer);
  return answer;
}

async function deliver(olm: Olm, needs: CryptoNeeds, request: OlmRequest): Promise<string> {
  const { RequestType } = olm.lib;
  const { body } = request;
  switch (request.type) {
    case RequestType.KeysUpload:
      return needs.call("POST", `${V3}/keys/upload`, body);
    case RequestType.KeysQuery:
      return needs.call("POST", `${V3}/keys/query`, body);
    case RequestType.KeysClaim:
      return needs.call("POST", `${V3}/keys/claim`, body);
    case RequestType.SignatureUpload:
      return needs.call("POST", `${V3}/keys/signatures/upload`, body);
    case RequestType.KeysBackup: {
      const { version } = request as KeysBackupRequest;
      return needs.call("PUT", `${V3}/room_keys/keys?version=${segment(version)}`, body);
    }
    case RequestType.ToDevice: {
      const { event_type, txn_id } = request as ToDeviceRequest;
      const path = `${V3}/sendToDevice/${segment(event_type)}/${segment(txn_id)}`;
      return needs.call("PUT", path, body);
    }
    case RequestType.RoomMessage: {
      const { room_id, event_type, txn_id } = request as RoomMessageRequest;
      const content = JSON.parse(body) as Content;
      const eventId = await needs.sendEvent(room_id, event_type, content, txn_id);
      return JSON.stringify({ event_id: eventId });
    }
    default:
      throw new Error(`Unknown request of the Olm machine: ${request.type}`);
  }
}

/** Sends what the machine has waiting, until it has nothing. */
export async function sendAll(olm: Olm, needs: CryptoNeeds): Promise<void> {
  while ((await sendSome(olm, needs, () => true)) + (await speak(olm, needs)) > 0);
}

/** Asks for the devices of people where they are not known for sure. */
export async function sendQueries(olm: Olm, needs: CryptoNeeds): Promise<void> {
  await sendSome(olm, needs, (type) => type === olm.lib.RequestType.KeysQuery);
}

/**
 * Sends what waits of those types; how many there were. Only one does so at a time: the machine
 * takes the answer to its latest question alone, so that two who ask in turn would do so for ever.
 * Messages to rooms are not among them: such a one waits for its room's keys to be shared, which
 * comes here again.
 */
function sendSome(
  olm: Olm,
  needs: CryptoNeeds,
  wanted: (type: RequestType) => boolean,
): Promise<number> {
  return olm.sending(async () => {
    const waiting = (await olm.machine.outgoingRequests()).filter(
      ({ type }) => type !== olm.lib.RequestType.RoomMessage && wanted(type),
    );
    await Promise.all(waiting.map((request) => send(olm, needs, request)));
    return waiting.length;
  });
}

/** Sends messages to rooms, each once. */
async function speak(olm: Olm, needs: CryptoNeeds): Promise<number> {
  const waiting = (await olm.machine.outgoingRequests()).filter(
    ({ id, type }) =>
      type === olm.lib.RequestType.RoomMessage && id !== undefined && !olm.speaking.has(id),
  );
  const say = async (request: OlmRequest) => {
    olm.speaking.add(String(request.id));
    try {
      await send(olm, needs, request);
    } finally {
      olm.speaking.delete(String(request.id));
    }
  };
  await Promise.all(waiting.map(say));
  return waiting.length;
}

/** Asks for the devices and identities of people, known or not. */
export async function queryNow(olm: Olm, needs: CryptoNeeds, users: readonly UserId[]) {
  return olm.sending(() => send(olm, needs, olm.machine.queryKeysForUsers(userIds(olm, users))));
}

export async function sendEach(
  olm: Olm,
  needs: CryptoNeeds,
  requests: readonly (OlmRequest | undefined)[],
): Promise<void> {
  for (const request of requests) if (request) await send(olm, needs, request);
}
