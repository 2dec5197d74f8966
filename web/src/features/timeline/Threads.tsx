import { For, Show } from "solid-js";
import { listTime } from "../../base/format";
import { useList } from "../../bridge/client";
import type { ItemRecord } from "../../engine/records";
import { Empty, IconButton } from "../../ui/controls";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace, go } from "../../ui/router";
import { Face } from "../people";
import { tellEvent, tellPreview } from "./describe";
import { word } from "./words";

/** All threads I take part in, the latest first, in one place. */
export default function Threads() {
  const threads = useList("threads", () => ({}));
  const chats = useList("chats", () => null);
  const items = () => threads.order().flatMap((id) => threads.row(id) ?? []);
  return (
    <section class="threads" aria-label={word("threads")}>
      <header class="side-head">
        <IconButton icon="back" class="only-phone" label={word("back")} onClick={() => go("#/")} />
        <h2>{word("threads")}</h2>
      </header>
      <Show
        when={items().length > 0}
        fallback={
          <Show when={threads.head()}>
            <Empty icon="thread" title={word("noThreads")} text={word("noThreadsText")} />
          </Show>
        }
      >
        <ul class="threads-list">
          <For each={items()}>
            {(item) => <Line item={item} room={chats.row(item.roomId)?.name ?? ""} />}
          </For>
        </ul>
      </Show>
    </section>
  );
}

function Line(props: { item: ItemRecord; room: string }) {
  const last = () => props.item.thread?.last;
  const unread = () => props.item.thread?.unread.messages ?? 0;
  const href = () =>
    chatPlace(props.item.roomId, undefined, { side: "thread", thread: props.item.eventId });
  return (
    <li>
      <a class="row" href={href()}>
        <Face
          id={props.item.sender}
          name={props.item.senderName}
          avatar={props.item.senderAvatar}
          size="m"
        />
        <span class="row-text">
          <span class="ellipsis">
            <strong>{props.item.senderName}</strong> · {props.room}
          </span>
          <span class="ellipsis">{tellEvent(props.item)}</span>
          <Show when={last()}>
            {(preview) => <small class="ellipsis">{tellPreview(preview(), true)}</small>}
          </Show>
        </span>
        <span class="threads-end">
          <small>{listTime(language(), last()?.ts ?? props.item.ts, now())}</small>
          <Show
            when={unread() > 0}
            fallback={
              <small>{word("threadReplies", { count: props.item.thread?.count ?? 0 })}</small>
            }
          >
            <span class="badge">{unread()}</span>
          </Show>
        </span>
      </a>
    </li>
  );
}
