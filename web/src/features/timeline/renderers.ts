/** Who draws what: one component for each type of event that is not a state line. */

import type { Component } from "solid-js";
import type { ItemRecord } from "../../engine/records";
import { AudioItem } from "./items/AudioItem";
import { FileItem } from "./items/FileItem";
import { LiveItem } from "./items/LiveItem";
import { LocationItem } from "./items/LocationItem";
import { NoticeItem } from "./items/NoticeItem";
import { PictureItem } from "./items/PictureItem";
import { PollItem } from "./items/PollItem";
import { isRound, RoundItem } from "./items/RoundItem";
import { isSurvey, SurveyItem } from "./items/SurveyItem";
import { TextItem } from "./items/TextItem";
import { RedactedItem, UndecryptableItem, UnknownItem } from "./items/UnreadableItem";
import { VideoItem } from "./items/VideoItem";

export type Renderer = Component<{ item: ItemRecord }>;

/** By type; messages by type and msgtype. */
const renderers: Readonly<Record<string, Renderer>> = {
  "m.room.message m.text": TextItem,
  "m.room.message m.notice": TextItem,
  "m.room.message m.emote": TextItem,
  "m.room.message m.server_notice": NoticeItem,
  "m.room.message m.image": PictureItem,
  "m.room.message m.video": VideoItem,
  "m.room.message m.audio": AudioItem,
  "m.room.message m.file": FileItem,
  "m.room.message m.location": LocationItem,
  "m.beacon_info": LiveItem,
  "org.matrix.msc3672.beacon_info": LiveItem,
  "m.sticker": PictureItem,
  "m.poll.start": PollItem,
  "org.matrix.msc3381.poll.start": PollItem,
  "m.room.encrypted": UndecryptableItem,
};

/** What draws `item`. A message of a kind nobody knows is drawn as its text. */
export function rendererOf(item: ItemRecord): Renderer {
  if (item.redacted) return RedactedItem;
  if (item.encryption === "undecryptable") return UndecryptableItem;
  if (isRound(item)) return RoundItem;
  if (isSurvey(item)) return SurveyItem;
  const key = item.type === "m.room.message" ? `${item.type} ${item.content.msgtype}` : item.type;
  const fallback = typeof item.content.body === "string" ? TextItem : UnknownItem;
  return renderers[key] ?? fallback;
}
