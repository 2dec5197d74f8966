/** Commands of somebody signed in, by name. Each answers a value or throws a `FailureError`. */

import { FailureError } from "../base/errors";
import type { EventId, RoomId, UserId } from "../base/ids";
import type { Args, CommandName, Commands } from "../bridge/protocol";
import { isShown } from "./content";
import { repairCounts } from "./counts";
import { fetchPast, placesAfter } from "./export";
import { part } from "./http";
import type { Live } from "./live";
import { fetchPerson, isIgnored, searchPeople } from "./people";
import type { Crypto } from "./ports";
import { GROUP_RULES, keywordRule } from "./push";
import { itemsIn, pageTimeline, trimTimeline } from "./queries";
import {
  makeTyping,
  markAllRead,
  markRead,
  markUnread,
  setAccount,
  setNotify,
  setTag,
} from "./reading";
import type { Content } from "./records";
import { REMINDERS, withReminder } from "./reminders";
import {
  createRoom,
  directory,
  directRoom,
  hierarchy,
  invite,
  joinRoom,
  knock,
  leaveRoom,
  loadSecrecy,
  pin,
  previewRoom,
  remove,
  report,
  setAvatar,
  setFollowing,
  setInviting,
  setMentionGroup,
  setPower,
  setSharing,
  setState,
  uploadAvatar,
} from "./rooms";
import { actOnScheduled, sendLater } from "./scheduled";
import {
  acknowledge,
  entryOf,
  sendEdit,
  sendEvent,
  sendFiles,
  sendReaction,
  sendRedaction,
  takeReactionBack,
} from "./sending";
import { changePassword, endDevices, renameDevice, withAuth } from "./session";
import { startSharing, stopSharing, tellPlace } from "./sharing";
import { objectOf, textOf } from "./wire";

/** Commands that need nobody signed in, or change who is; `engine.ts` has them. */
export type SessionCommand =
  | "session.server"
  | "session.label"
  | "session.signIn"
  | "session.signInByToken"
  | "session.register"
  | "session.signOut"
  | "session.setPin"
  | "session.unlock"
  | "session.lock";

type Answers = {
  [N in Exclude<CommandName, SessionCommand>]: (
    args: Args<N>,
  ) => Promise<Commands[N]["value"]> | Commands[N]["value"];
};

const V3 = "/_matrix/client/v3";
const RULES = `${V3}/pushrules/global`;

export function makeCommands(live: Live): Answers {
  const { world, outbox } = live;
  const { http } = world;
  const typing = makeTyping(live);

  return {
    "session.changePassword": async (ask) => {
      await changePassword(http, world.me, ask.old, ask.new);
      return null;
    },
    "session.endDevices": async ({ ids, password }) => {
      await endDevices(http, world.me, ids, password);
      world.topics.touch("devices");
      return null;
    },
    "session.renameDevice": async ({ id, name }) => {
      await renameDevice(http, id, name);
      world.topics.touch("devices");
      return null;
    },

    "profile.set": (ask) => setProfile(live, ask),
    "account.set": ({ type, roomId, content }) => setAccount(live, type, content, roomId),
    "presence.set": async ({ presence }) => {
      live.sync.setPresence(presence);
      await http.json("PUT", `${V3}/presence/${part(world.me)}/status`, { body: { presence } });
      return null;
    },

    "send.event": (ask) => sendEvent(live, ask),
    "send.files": (ask) => sendFiles(live, ask),
    "send.edit": (ask) => sendEdit(live, ask),
    "send.react": (ask) => sendReaction(live, ask),
    "send.unreact": (ask) => takeReactionBack(live, ask),
    "send.redact": (ask) => sendRedaction(live, ask),
    "send.acknowledge": (ask) => acknowledge(live, ask),
    "send.later": (ask) => sendLater(world, ask),
    "send.scheduled": (ask) => actOnScheduled(world, ask),
    "send.retry": async ({ id }) => {
      await outbox.retry(id);
      return null;
    },
    "send.discard": async ({ id }) => {
      if (await outbox.discard(id)) return null;
      throw new FailureError({ code: "tooLate", message: "It is being sent or was sent" });
    },
    "place.start": (ask) => startSharing(live, ask),
    "place.tell": (ask) => tellPlace(live, ask),
    "place.stop": (ask) => stopSharing(live, ask),
    "draft.set": async ({ roomId, threadId, draft }) => {
      await live.drafts.set(roomId, threadId, draft);
      return null;
    },
    typing: (ask) => typing(ask.roomId, ask.typing),

    "timeline.more": async ({ direction, ...ask }) => {
      await pageTimeline(live, ask, direction);
      return null;
    },
    "timeline.trim": async ({ from, to, ...ask }) => {
      trimTimeline(live, ask, from, to);
      return null;
    },
    "timeline.read": (ask) => markRead(live, ask),
    "timeline.dateToEvent": async ({ roomId, ts }) => ({
      eventId: await nearest(live, roomId, ts),
    }),
    "timeline.source": async ({ roomId, eventId }) => {
      const entry = await entryOf(live, roomId, eventId);
      if (!entry) throw new FailureError({ code: "M_NOT_FOUND", message: "Event not found" });
      const { event, plain } = entry.data;
      return { event: { ...event, ...(plain && { decrypted: plain }) } };
    },

    "export.fetch": ({ roomId }) => fetchPast(world, roomId),
    "export.page": ({ roomId, after }) => exportPage(live, roomId, after),

    "room.secrecy": () => loadSecrecy(live),
    "room.create": (ask) => createRoom(live, ask),
    "room.direct": ({ userId }) => directRoom(live, userId),
    "room.join": (ask) => joinRoom(live, ask),
    "room.knock": (ask) => knock(live, ask),
    "room.leave": (ask) => leaveRoom(live, ask),
    "room.invite": (ask) => invite(live, ask),
    "room.kick": (ask) => remove(live, "kick", ask),
    "room.ban": (ask) => remove(live, "ban", ask),
    "room.unban": (ask) => remove(live, "unban", ask),
    "room.state": (ask) => setState(live, ask),
    "room.avatar": (ask) => setAvatar(live, ask),
    "room.pin": (ask) => pin(live, ask),
    "room.inviting": (ask) => setInviting(live, ask),
    "room.sharing": (ask) => setSharing(live, ask),
    "room.following": (ask) => setFollowing(live, ask),
    "room.mentionGroup": (ask) => setMentionGroup(live, ask),
    "room.power": (ask) => setPower(live, ask),
    "room.preview": (ask) => previewRoom(live, ask),
    "room.directory": (ask) => directory(live, ask),
    "space.hierarchy": (ask) => hierarchy(live, ask),
    "room.report": (ask) => report(live, ask),

    "reminder.set": (ask) =>
      setAccount(live, REMINDERS, withReminder(world.account.get(REMINDERS), ask)),
    "chat.setPinned": ({ roomId, pinned, order }) =>
      setTag(live, roomId, "m.favourite", pinned ? { order: order ?? 0.5 } : null),
    "chat.setArchived": ({ roomId, archived }) =>
      setTag(live, roomId, "org.depesha.archived", archived ? {} : null),
    "chat.setNotify": (ask) => setNotify(live, ask),
    "chat.markUnread": ({ roomId, unread }) => markUnread(live, roomId, unread),
    "chat.markAllRead": () => markAllRead(live),
    "chat.checkCounts": async () => ({ repaired: await repairCounts(world, live.duties) }),

    "people.search": ({ text, limit }) => searchPeople(world, text, limit),
    "people.ignore": ({ userId, ignored }) => ignore(live, userId, ignored),
    "org.find": ({ text, limit }) => live.org.find(text, limit),
    "org.people": async ({ unitIds }) => ({ people: await live.org.peopleOf(unitIds) }),

    "media.upload": async ({ blob }) => ({ mxc: await uploadAvatar(live, blob) }),
    "media.load": async (ask) => ({ blob: await world.media.load(ask) }),
    "media.preview": async ({ url }) => linkPreview(live, url),
    "search.messages": ({ ask, limit, before }) => live.search.find(ask, limit, before),

    "crypto.setUp": (ask) => need(live).setUp(ask),
    "crypto.recover": async ({ keyOrPassphrase }) => {
      await need(live).recover(keyOrPassphrase);
      return null;
    },
    "crypto.acceptIdentity": async ({ userId }) => {
      await need(live).acceptIdentity(userId);
      return null;
    },
    "crypto.exportKeys": async ({ passphrase }) => ({
      file: await need(live).exportKeys(passphrase),
    }),
    "crypto.importKeys": ({ file, passphrase }) => need(live).importKeys(file, passphrase),
    "verification.start": (ask) => need(live).startVerification(ask),
    "verification.act": async (ask) => {
      await need(live).actOnVerification(ask);
      return null;
    },

    "push.set": async ({ pusher }) => {
      await http.json("POST", `${V3}/pushers/set`, { body: pusher });
      return null;
    },
    "push.keyword": async ({ keyword, on }) => {
      const path = `${RULES}/content/${part(keyword)}`;
      if (on) await http.json("PUT", path, { body: keywordRule(keyword) });
      else await http.json("DELETE", path);
      return null;
    },
    "push.groups": async ({ all }) => {
      for (const id of GROUP_RULES)
        await http.json("PUT", `${RULES}/underride/${id}/enabled`, { body: { enabled: all } });
      return null;
    },
    "own.call": async ({ method, path, body, password }) => {
      checkOwn(path);
      const ask = (auth: Content | undefined) => {
        const whole = auth ? { ...(body as Content), auth } : body;
        return http.json(method, path, whole === undefined ? {} : { body: whole });
      };
      if (password === undefined) return { body: await ask(undefined) };
      return { body: await withAuth(ask, { userId: world.me, password }) };
    },
    "own.file": async ({ path, method }) => {
      checkOwn(path);
      if (method === undefined) return { blob: await world.media.fetch(path) };
      return { blob: await http.blob(method, path, { body: {}, timeout: 600_000 }) };
    },
  };
}

function checkOwn(path: string): void {
  if (!path.startsWith("/_depesha/v1/") || path.includes(".."))
    throw new FailureError({ code: "M_INVALID_PARAM", message: "Not the server's own API" });
}

function need(live: Live): Crypto {
  if (live.world.crypto) return live.world.crypto;
  throw new FailureError({ code: "noCrypto", message: "Encryption is not open" });
}

async function setProfile(live: Live, ask: Args<"profile.set">): Promise<null> {
  const { world } = live;
  const path = `${V3}/profile/${part(world.me)}`;
  const put = (key: string, value: unknown) =>
    world.http.json("PUT", `${path}/${key}`, { body: { [key]: value }, retries: 1 });
  if (ask.name !== undefined) await put("displayname", ask.name);
  if (ask.avatar === null) await put("avatar_url", "");
  else if (ask.avatar) await put("avatar_url", await uploadAvatar(live, ask.avatar));
  if (ask.status) {
    const { until } = ask;
    const ends = until === undefined ? {} : { "org.depesha.until": until };
    await put("m.status", { text: ask.status, ...ends });
  } else if (ask.status === "") await world.http.json("DELETE", `${path}/m.status`);
  await fetchPerson(world, world.me);
  return null;
}

const EXPORT_PAGE = 200;

async function exportPage(
  live: Live,
  roomId: RoomId,
  after: number | null,
): Promise<Commands["export.page"]["value"]> {
  const { archive, rooms } = live.world;
  const ranges = placesAfter(rooms.get(roomId)?.line ?? [], after, EXPORT_PAGE);
  const pages = await Promise.all(ranges.map(([from, to]) => archive.line(roomId, from, to)));
  // An edit, a reaction or a vote is told with what it changes.
  const entries = pages.flat().filter((entry) => isShown(entry.data));
  return { items: await itemsIn(live, roomId)(entries), next: ranges.at(-1)?.[1] ?? null };
}

async function nearest(live: Live, roomId: string, ts: number): Promise<EventId> {
  const path = `/_matrix/client/v1/rooms/${part(roomId)}/timestamp_to_event`;
  const ask = (dir: "f" | "b") =>
    live.world.http.json<{ event_id: EventId }>("GET", path, { query: { ts, dir }, retries: 1 });
  try {
    return (await ask("f")).event_id;
  } catch (error) {
    if (!(error instanceof FailureError) || error.failure.code !== "M_NOT_FOUND") throw error;
    return (await ask("b")).event_id;
  }
}

/** Hides what somebody says, and has the server refuse their invitations; or ends both. */
async function ignore(live: Live, userId: UserId, ignored: boolean): Promise<null> {
  const { world } = live;
  if (isIgnored(world, userId) !== ignored) {
    const before = world.account.get("m.ignored_user_list") ?? {};
    const { [userId]: _, ...others } = objectOf(before, "ignored_users");
    const users = ignored ? { ...others, [userId]: {} } : others;
    await setAccount(live, "m.ignored_user_list", { ...before, ignored_users: users });
  }
  const path = `/_depesha/v1/contacts/blocked/${part(userId)}`;
  await world.http.json(ignored ? "PUT" : "DELETE", path).catch((error: unknown) => {
    // Other servers know no such thing.
    if (!(error instanceof FailureError) || error.failure.status !== 404) throw error;
  });
  return null;
}

async function linkPreview(live: Live, url: string): Promise<Commands["media.preview"]["value"]> {
  const path = "/_matrix/client/v1/media/preview_url";
  const found = await live.world.http.json<Record<string, unknown>>("GET", path, {
    query: { url },
  });
  const title = textOf(found, "og:title");
  const description = textOf(found, "og:description");
  const site = textOf(found, "og:site_name");
  const image = textOf(found, "og:image");
  const { "og:image:width": width, "og:image:height": height } = found;
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(site !== undefined && { site }),
    ...(image?.startsWith("mxc://") && { image }),
    ...(typeof width === "number" && { width }),
    ...(typeof height === "number" && { height }),
  };
}
