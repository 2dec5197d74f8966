import { For, Show } from "solid-js";
import { fullTime, listTime } from "../../base/format";
import { useList } from "../../bridge/client";
import { useMedia } from "../../bridge/media";
import type { ItemRecord, RoomView } from "../../engine/records";
import { Empty } from "../../ui/controls";
import { Icon, type IconName } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace } from "../../ui/router";
import { firstLink, nameOf, thumbnailOf } from "../timeline";
import { word } from "./words";

type Kind = "media" | "file" | "link" | "voice";
const icons: Record<Kind, IconName> = { media: "image", file: "file", link: "link", voice: "mic" };

/** What was shared in a chat, newest first; each leads to its message. */
export function Shared(props: { room: RoomView; kind: Kind }) {
  const list = useList("shared", () => ({ roomId: props.room.id, kind: props.kind }));
  const items = () => list.order().flatMap((id) => list.row(id) ?? []);
  return (
    <Show
      when={items().length > 0}
      fallback={
        <Show when={list.head()} fallback={<span class="spinner panel-wait" />}>
          <Empty icon={icons[props.kind]} title={word("nothingShared")} />
        </Show>
      }
    >
      <Show
        when={props.kind === "media"}
        fallback={
          <ul class="shared-list">
            <For each={items()}>{(item) => <Line item={item} kind={props.kind} />}</For>
          </ul>
        }
      >
        <div class="shared-grid">
          <For each={items()}>{(item) => <Tile item={item} />}</For>
        </div>
      </Show>
    </Show>
  );
}

function Tile(props: { item: ItemRecord }) {
  const media = useMedia(() => thumbnailOf(props.item, 240));
  return (
    <a
      class="shared-tile"
      href={chatPlace(props.item.roomId, props.item.eventId, { side: "info" })}
      aria-label={`${nameOf(props.item)}, ${fullTime(language(), props.item.ts)}`}
    >
      <Show
        when={media.url()}
        fallback={<Icon name={props.item.content.msgtype === "m.video" ? "play" : "image"} />}
      >
        {(src) => <img src={src()} alt="" />}
      </Show>
    </a>
  );
}

function Line(props: { item: ItemRecord; kind: Kind }) {
  const title = () =>
    props.kind === "link"
      ? (firstLink(String(props.item.content.body ?? "")) ?? "")
      : nameOf(props.item);
  return (
    <li>
      <a class="row" href={chatPlace(props.item.roomId, props.item.eventId, { side: "info" })}>
        <span class="shared-icon">
          <Icon name={icons[props.kind]} />
        </span>
        <span class="row-text">
          <span class="ellipsis">{props.kind === "voice" ? props.item.senderName : title()}</span>
          <small class="ellipsis">
            {props.kind === "voice" ? "" : `${props.item.senderName}, `}
            {listTime(language(), props.item.ts, now())}
          </small>
        </span>
      </a>
    </li>
  );
}
