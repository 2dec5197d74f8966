/** Events in words: for the list of chats, quotes, state lines and screen readers. */

import { plainName } from "../../base/format";
import { shortName } from "../../base/ids";
import { withoutMarks } from "../../base/words";
import type { AlbumView, Content, Preview, ReactionRecord } from "../../engine/records";
import { isLive } from "./data";
import { isPoll, pollOf } from "./poll";
import { word } from "./words";

/** What words are made of: an item, a quote or a preview. */
export interface Told {
  type?: string | undefined;
  msgtype?: string | undefined;
  body?: string | undefined;
  content?: Content | undefined;
  prevContent?: Content | undefined;
  stateKey?: string | undefined;
  senderName?: string | undefined;
  sender?: string | undefined;
  redacted?: unknown;
  undecryptable?: boolean | undefined;
}

const text = (value: unknown) => (typeof value === "string" ? value : "");
const named = (content: Content | undefined) => plainName(text(content?.displayname));

const SUBSTITUTION = "org.depesha.substitution";

function tellMessage(told: Told): string {
  const msgtype = told.msgtype ?? text(told.content?.msgtype);
  if (msgtype === SUBSTITUTION || (told.content && SUBSTITUTION in told.content))
    return word("deputyTidings");
  const body = told.body ?? text(told.content?.body);
  const filename = text(told.content?.filename);
  const caption = filename && filename !== body ? withoutMarks(body) : "";
  switch (msgtype) {
    case "m.image":
      return caption || word("image");
    case "m.video":
      return (
        caption || word(told.content?.["org.interferolog.circle"] === true ? "round" : "video")
      );
    case "m.audio":
      return told.content && "org.matrix.msc3245.voice" in told.content
        ? word("voice")
        : word("audio");
    // What the list of chats calls a voice message.
    case "m.voice":
      return word("voice");
    case "m.file":
      return plainName(caption || filename || body) ?? word("file");
    case "m.location":
      return word("location");
    case "m.emote":
      return `${told.senderName ?? ""} ${withoutMarks(body)}`.trim();
    default:
      return withoutMarks(body);
  }
}

/** Membership changes, from (before, after) and who did it. */
function tellMember(told: Told): string {
  const after = text(told.content?.membership);
  const before = text(told.prevContent?.membership) || text(told.content?.prev) || "leave";
  const self = told.sender === told.stateKey;
  const name = told.senderName || word("someone");
  const target =
    named(told.content) ??
    named(told.prevContent) ??
    (self ? name : shortName(told.stateKey ?? "", told.sender ?? ""));
  if (after === "join" && before === "join") return tellProfile(told, name);
  if (after === "join") return word("joined", { name: target || name });
  if (after === "invite") return word("invited", { name, target });
  if (after === "ban") return word("banned", { name, target });
  if (after === "knock") return word("knocked", { name });
  if (before === "ban") return word("unbanned", { name, target });
  if (before === "invite")
    return self ? word("rejected", { name }) : word("withdrawn", { name, target });
  if (before === "knock" && self) return word("knockWithdrawn", { name });
  return self ? word("leftRoom", { name }) : word("kicked", { name, target });
}

function tellProfile(told: Told, name: string): string {
  const from = named(told.prevContent);
  const to = named(told.content);
  if (from !== to)
    return word("renamed", {
      name: from ?? name,
      to: to ?? shortName(told.stateKey ?? "", told.sender ?? ""),
    });
  return word("newFace", { name });
}

function tellState(told: Told): string {
  const name = told.senderName || word("someone");
  const content = told.content ?? {};
  switch (told.type) {
    case "m.room.create":
      return word("created", { name });
    case "m.room.member":
      return tellMember(told);
    case "m.room.name":
      return content.name
        ? word("roomName", { name, to: text(content.name) })
        : word("roomNameGone", { name });
    case "m.room.topic":
      return content.topic
        ? word("roomTopic", { name, to: text(content.topic) })
        : word("roomTopicGone", { name });
    case "m.room.avatar":
      return word("roomAvatar", { name });
    case "m.room.encryption":
      return word("encryptionOn");
    case "m.room.pinned_events":
      return word("pinnedChanged", { name });
    case "m.room.join_rules":
      return word("joinRules", { name });
    case "m.room.history_visibility":
      return word("history", { name });
    case "m.room.power_levels":
      return word("powers", { name });
    case "m.room.tombstone":
      return word("tombstone");
    default:
      return word("stateChanged", { name });
  }
}

/** One line that says what the event says. */
export function tellEvent(told: Told): string {
  if (told.redacted) return word("deleted");
  if (told.undecryptable || told.type === "m.room.encrypted") return word("undecryptable");
  if (told.type === "m.room.message") return tellMessage(told);
  if (told.type && isLive(told.type)) return word("live");
  if (told.type === "m.sticker") return word("sticker");
  if (told.type && isPoll(told.type)) {
    const question = told.content ? pollOf(told.content).question : "";
    return word("poll", { question: question || (told.body ?? "") });
  }
  if (told.type === "m.call.invite" || told.type === "org.matrix.msc4075.rtc.notification")
    return word("call");
  return told.stateKey === undefined ? word("unsupported") : tellState(told);
}

/** What was sent together, in one line. */
export function tellAlbum({ count, kind, caption }: AlbumView): string {
  const what = { images: "photos", videos: "videos", mixed: "album" } as const;
  const said = word(what[kind], { count });
  return caption ? `${said}: ${withoutMarks(caption)}` : said;
}

/** The second line of a chat in the list, with who said it where that is not plain. */
export function tellPreview(preview: Preview, withSender: boolean): string {
  const album = preview.redacted ? undefined : preview.album;
  const said = album ? tellAlbum(album) : tellEvent(preview);
  const isState = preview.stateKey !== undefined && !isLive(preview.type);
  const own = isState || preview.msgtype === "m.emote";
  if (own || preview.redacted) return said;
  if (preview.mine) return `${word("you")}: ${said}`;
  return withSender ? `${preview.senderName}: ${said}` : said;
}

const MOST_NAME = 40;

/** What a reaction is called: itself, where it is no picture. */
export function reactionName({
  key,
  shortcode,
}: Pick<ReactionRecord, "key" | "shortcode">): string {
  if (!key.startsWith("mxc://")) return key;
  const code = (shortcode ?? "").replaceAll(":", "").trim().slice(0, MOST_NAME);
  return code ? `:${code}:` : word("image");
}
