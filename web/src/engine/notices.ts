/** What must be told at once, wherever the person is: messages by the push rules, and failures. */

import type { Failure } from "../base/errors";
import { type RoomId, shortName } from "../base/ids";
import { MENTIONS } from "../base/mentions";
import { withoutMarks } from "../base/words";
import { albumView } from "./album";
import { bodyOf, contentOf, typeOf } from "./content";
import type { Intake, RoomIntake } from "./intake";
import { means, meantIn } from "./meant";
import { heldRooms } from "./org";
import { shownIn } from "./people";
import { judge, mayNotify } from "./push";
import type { AlbumView } from "./records";
import { avatarOf, kindOf, nameOf, powerOf, stateOf } from "./room";
import type { Entry, RoomData } from "./stored";
import { isUrgent } from "./urgent";
import type { World } from "./world";

export type Told =
  | {
      kind: "message";
      roomId: RoomId;
      eventId: string;
      title: string;
      body: string;
      avatar?: string;
      sound: boolean;
      urgent: boolean;
      album?: AlbumView;
      sender?: string;
    }
  | { kind: "reminder"; roomId: RoomId; eventId: string; title: string; body: string }
  | { kind: "read"; roomId: RoomId }
  | { kind: "failure"; failure: Failure; roomId?: RoomId };

export interface Notices {
  hear(intake: Intake): void;
}

/** Of an album, the last part: one notice tells of all. */
function onePerAlbum(room: RoomData, news: readonly Entry[]): readonly Entry[] {
  const isPart = ({ id }: Entry) => albumView(room.album, id) !== undefined;
  const last = news.findLast(isPart);
  return news.filter((entry) => entry === last || !isPart(entry));
}

/** A message older than this is no news, however late it is told. */
const FRESH_MS = 5 * 60_000;

export function makeNotices(
  world: World,
  isSeen: (roomId: RoomId) => boolean,
  tell: (told: Told) => void,
): Notices {
  function hearRoom(intake: RoomIntake): void {
    const { before, room, fresh, live } = intake;
    if ((before?.notified ?? 0) > 0 && room.notified === 0) tell({ kind: "read", roomId: room.id });
    const isInvited = room.membership === "invite" && before?.membership !== "invite";
    if (isInvited && !heldRooms(world).has(room.id)) tell(invitation(room));
    if (live === 0 || isSeen(room.id)) return;
    for (const entry of onePerAlbum(room, fresh.slice(-live))) {
      if (entry.data.event.sender === world.me || entry.ts < world.now() - FRESH_MS) continue;
      const told = noticeOf(intake, entry);
      if (told) tell(told);
    }
  }

  /** The words of an invitation are the tab's; it knows one by its empty event id. */
  function invitation(room: RoomData): Told {
    const kind = kindOf(room, world.direct, world.me);
    const avatar = avatarOf(room, kind);
    return {
      kind: "message",
      roomId: room.id,
      eventId: "",
      title: nameOf(room, world.me) || (room.inviter?.name ?? ""),
      body: room.inviter?.reason ?? "",
      ...(avatar !== undefined && { avatar }),
      sound: true,
      urgent: false,
    };
  }

  function noticeOf({ room }: RoomIntake, entry: Entry): Told | undefined {
    const { event } = entry.data;
    const type = typeOf(entry.data);
    const content = contentOf(entry.data);
    const members = world.members.get(room.id);
    const show = members ? shownIn(members, world.me) : undefined;
    const levels = stateOf(room, "m.room.power_levels");
    const verdict = judge(world.account.get("m.push_rules"), {
      event: { ...event, room_id: room.id, type, content },
      members: room.joined,
      myName: members?.list[world.me]?.name ?? "",
      mayNotifyRoom: mayNotify(levels, powerOf(room, event.sender)),
      isUrgent: isUrgent(event.type, event.content),
      isMeant: MENTIONS in content && means(content, meantIn(room, world.me, world.units)),
    });
    if (!verdict.notify) return undefined;
    const kind = kindOf(room, world.direct, world.me);
    const sender = show?.(event.sender).name ?? shortName(event.sender, world.me);
    const body = withoutMarks(bodyOf(type, content) ?? "");
    const avatar = avatarOf(room, kind);
    const isDirect = kind === "direct";
    const album = albumView(room.album, entry.id);
    return {
      kind: "message",
      roomId: room.id,
      eventId: entry.id,
      title: isDirect ? sender : nameOf(room, world.me) || sender,
      ...(album && { album, ...(!isDirect && { sender }) }),
      body: isDirect || body === "" ? body : `${sender}: ${body}`,
      ...(avatar !== undefined && { avatar }),
      sound: verdict.sound,
      urgent: verdict.highlight,
    };
  }

  return {
    hear(intake) {
      for (const each of intake.rooms) hearRoom(each);
    },
  };
}
