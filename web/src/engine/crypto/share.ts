/** Room keys: shared with those who may read before anything is encrypted with them. */

import type { RoomId, UserId } from "../../base/ids";
import type { CryptoNeeds, RoomCipher } from "../ports";
import type { Content } from "../records";
import { type Olm, userIds } from "./olm";
import { send, sendQueries } from "./requests";
import { inTurn } from "./turns";

const MEGOLM = "m.megolm.v1.aes-sha2";

export type Sharing = ReturnType<typeof sharing>;

export function sharing(olm: Olm, needs: CryptoNeeds) {
  const rooms = new Map<RoomId, ReturnType<typeof inTurn>>();
  const claiming = inTurn();

  const ofRoom = <T>(roomId: RoomId, work: () => Promise<T>) => {
    const turn = rooms.get(roomId) ?? inTurn();
    rooms.set(roomId, turn);
    return turn(work);
  };

  /** Opens a channel to each device of these people that has none. */
  const openChannels = (people: readonly UserId[]) =>
    claiming(async () => {
      const claim = await olm.machine.getMissingSessions(userIds(olm, people));
      if (claim) await send(olm, needs, claim);
    });

  async function share(roomId: RoomId, memberIds: readonly UserId[], cipher: RoomCipher) {
    const settings = settingsOf(olm, cipher);
    await olm.machine.updateTrackedUsers(userIds(olm, memberIds));
    await sendQueries(olm, needs);
    await openChannels(memberIds);
    const room = new olm.lib.RoomId(roomId);
    if (!(await mustEncrypt(roomId)))
      await olm.machine.setRoomSettings(room, new olm.lib.RoomSettings());
    const messages = await olm.machine.shareRoomKey(room, userIds(olm, memberIds), settings);
    await Promise.all(messages.map((message) => send(olm, needs, message)));
  }

  /** A room that was encrypted once stays so, whatever the server says of it later. */
  const mustEncrypt = async (roomId: RoomId) =>
    (await olm.machine.getRoomSettings(new olm.lib.RoomId(roomId))) !== undefined;

  return {
    openChannels,
    mustEncrypt,
    prepare: (roomId: RoomId, memberIds: readonly UserId[], cipher: RoomCipher) =>
      ofRoom(roomId, () => share(roomId, memberIds, cipher)),
    encrypt: (
      roomId: RoomId,
      memberIds: readonly UserId[],
      cipher: RoomCipher,
      type: string,
      content: Content,
    ) =>
      ofRoom(roomId, async () => {
        await share(roomId, memberIds, cipher);
        const room = new olm.lib.RoomId(roomId);
        const text = await olm.machine.encryptRoomEvent(room, type, JSON.stringify(content));
        return JSON.parse(text) as Content;
      }),
  };
}

/** Positive whole numbers alone; a room may say anything. */
const count = (value: unknown) =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? BigInt(value) : undefined;

function settingsOf({ lib }: Olm, { encryption, historyVisibility }: RoomCipher) {
  if (encryption.algorithm !== MEGOLM) throw new Error("The room's encryption is not known here");
  const settings = new lib.EncryptionSettings();
  settings.algorithm = lib.EncryptionAlgorithm.MegolmV1AesSha2;
  settings.historyVisibility = visibility(lib, historyVisibility);
  settings.sharingStrategy = lib.CollectStrategy.allDevices();
  const milliseconds = count(encryption.rotation_period_ms);
  if (milliseconds) settings.rotationPeriod = milliseconds * 1000n;
  const messages = count(encryption.rotation_period_msgs);
  if (messages) settings.rotationPeriodMessages = messages;
  return settings;
}

function visibility({ HistoryVisibility }: Olm["lib"], name: string) {
  if (name === "world_readable") return HistoryVisibility.WorldReadable;
  if (name === "invited") return HistoryVisibility.Invited;
  if (name === "joined") return HistoryVisibility.Joined;
  return HistoryVisibility.Shared;
}
