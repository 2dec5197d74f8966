import { createMemo, createSignal, For, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { Failure } from "../../base/errors";
import { clockTime, fullTime, shade } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { ItemRecord } from "../../engine/records";
import { IconButton } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { ContextMenu, MenuButton, MenuPick } from "../../ui/Menu";
import { language } from "../../ui/preferences";
import { whyFailed } from "../../ui/uiWords";
import { recentEmoji, useEmoji } from "../composer";
import { Face, openPerson } from "../people";
import { hindmost } from "./album";
import { albumActions, messageActions, openThread, startReply, toggleReaction } from "./commands";
import { hasFaces, useConversation } from "./conversation";
import type { Entry } from "./data";
import { tellEvent } from "./describe";
import { doubtOf } from "./doubt";
import { AlbumItem } from "./items/AlbumItem";
import { fileOf } from "./items/media";
import { Reaction } from "./Reaction";
import { rendererOf } from "./renderers";
import { UrgentFoot, UrgentHead } from "./Urgent";
import { urgentTitle } from "./urgentData";
import { word } from "./words";

/** Whether the event is a picture without words, whose time stands on it. */
function isBare(item: ItemRecord): boolean {
  if (item.redacted || item.urgent || item.encryption === "undecryptable") return false;
  if (item.type === "m.sticker") return true;
  const visual = item.content.msgtype === "m.image" || item.content.msgtype === "m.video";
  const caption =
    item.content.filename !== undefined && item.content.filename !== item.content.body;
  return visual && !caption && fileOf(item) !== undefined;
}

/** The message under the pointer or the focus: one has its toolbar at a time. */
const [activeItem, setActiveItem] = createSignal<string>();

/** One message, or an album of which `item` is the first, with everything around it. */
export function Bubble(props: {
  item: ItemRecord;
  album?: readonly ItemRecord[];
  entry: Entry;
  flash: boolean;
}) {
  const client = useClient();
  const conversation = useConversation();
  const active = () => activeItem() === props.item.id;
  const setActive = (on: boolean) => {
    if (on) setActiveItem(props.item.id);
    else if (active()) setActiveItem(undefined);
  };
  const faces = () => hasFaces(conversation.room());
  const own = () => props.item.mine;
  const items = () => props.album ?? [props.item];
  /** The part of an album that the menu is for. */
  const [part, setPart] = createSignal<ItemRecord>();
  const pickPart = (event: Event) => {
    const id = (event.target as Element).closest<HTMLElement>("[data-part]")?.dataset.part;
    setPart(id === undefined ? undefined : props.album?.find((item) => item.id === id));
  };
  const actions = () =>
    props.album
      ? albumActions(client, conversation, props.album, part())
      : messageActions(client, conversation, props.item);
  const selecting = () => conversation.selected().size > 0;
  const isSelected = () => items().every((item) => conversation.selected().has(item.id));
  const toggleSelected = () => {
    const next = new Set(conversation.selected());
    const selected = isSelected();
    for (const { id } of items()) selected ? next.delete(id) : next.add(id);
    conversation.setSelected(next);
  };
  const label = () => {
    const text = tellEvent(props.item);
    const count = props.album?.length ?? 1;
    const said = word("message", {
      name: own() ? word("you") : props.item.senderName,
      time: clockTime(language(), props.item.ts),
      text: count === 1 ? text : `${word("album", { count })}. ${text}`,
    });
    return props.item.urgent ? `${word(urgentTitle(props.item.content))}. ${said}` : said;
  };
  const failure = () => items().find((item) => item.state === "failed");
  const mayReact = () =>
    props.item.eventId !== undefined && !props.item.redacted && conversation.room().may.send;

  return (
    <ContextMenu
      class="message-row"
      actions={actions}
      head={() => (
        <Show when={mayReact()}>
          <QuickReactions item={part() ?? props.item} />
        </Show>
      )}
    >
      <article
        class="message"
        classList={{
          own: own(),
          first: props.entry.first,
          last: props.entry.last,
          flash: props.flash,
          selecting: selecting(),
          selected: isSelected(),
          mention: props.item.mentionsMe,
          urgent: props.item.urgent !== undefined,
        }}
        aria-label={label()}
        tabIndex={-1}
        data-item={props.item.id}
        onPointerDown={pickPart}
        onContextMenu={pickPart}
        onPointerEnter={(event) => event.pointerType === "mouse" && setActive(true)}
        onPointerLeave={() => setActive(false)}
        onFocusIn={() => setActive(true)}
        onFocusOut={(event) =>
          !event.currentTarget.contains(event.relatedTarget as Node | null) && setActive(false)
        }
        onDblClick={(event) => {
          if (!(event.target as HTMLElement).closest("button, a, .rich"))
            startReply(conversation, props.item);
        }}
      >
        <Show when={selecting()}>
          <input
            type="checkbox"
            class="message-check"
            aria-label={label()}
            checked={isSelected()}
            onChange={toggleSelected}
          />
        </Show>
        <Show when={faces() && !own()}>
          <span class="message-face">
            <Show when={props.entry.last}>
              <button
                type="button"
                tabIndex={-1}
                aria-label={props.item.senderName}
                onClick={() => openPerson(props.item.sender, props.item.roomId)}
              >
                <Face
                  id={props.item.sender}
                  name={props.item.senderName}
                  avatar={props.item.senderAvatar}
                  size="s"
                />
              </button>
            </Show>
          </span>
        </Show>
        <div class="bubble-place">
          <div class="bubble" classList={{ bare: items().every(isBare), tail: props.entry.last }}>
            <Show when={props.entry.first && faces() && !own()}>
              <button
                type="button"
                class="bubble-name"
                tabIndex={-1}
                data-shade={shade(props.item.sender, 8)}
                onClick={() => openPerson(props.item.sender, props.item.roomId)}
              >
                {props.item.senderName}
              </button>
            </Show>
            <Show when={props.item.urgent}>
              <UrgentHead item={props.item} />
            </Show>
            <QuoteBlock item={props.item} />
            <div class="bubble-body">
              <Show
                when={props.album}
                fallback={<Dynamic component={rendererOf(props.item)} item={props.item} />}
              >
                {(album) => <AlbumItem items={album()} />}
              </Show>
              <Meta item={hindmost(items()) ?? props.item} />
            </div>
            <Show when={props.item.urgent}>
              <UrgentFoot item={props.item} />
            </Show>
            <Show when={props.item.reactions.length > 0}>
              <div class="reactions">
                <For each={props.item.reactions}>
                  {(reaction) => <Reaction item={props.item} reaction={reaction} />}
                </For>
              </div>
            </Show>
            <Show when={conversation.threadId === undefined && props.item.thread}>
              {(thread) => (
                <button type="button" class="thread-link" onClick={() => openThread(props.item)}>
                  <Icon name="thread" class="icon-s" />
                  {word("threadReplies", { count: thread().count })}
                  <Show when={thread().unread.messages > 0}>
                    <span class="badge">{thread().unread.messages}</span>
                  </Show>
                </button>
              )}
            </Show>
            <Show when={failure()}>
              {(item) => (
                <p class="bubble-failed">
                  <Icon name="error" class="icon-s" />
                  {item().error ? whyFailed(item().error as Failure) : word("failed")}
                </p>
              )}
            </Show>
          </div>
          <Show when={active() && !selecting() && props.item.state !== "sending"}>
            <div class="toolbar" role="toolbar" aria-label={word("more")}>
              <Show when={mayReact()}>
                <IconButton
                  icon="smile"
                  label={word("react")}
                  onClick={() => conversation.openReactions(props.item)}
                />
                <IconButton
                  icon="reply"
                  label={word("reply")}
                  onClick={() => startReply(conversation, props.item)}
                />
              </Show>
              <MenuButton icon="more" label={word("more")} actions={actions} />
            </div>
          </Show>
        </div>
      </article>
    </ContextMenu>
  );
}

function QuickReactions(props: { item: ItemRecord }) {
  const client = useClient();
  const conversation = useConversation();
  return (
    <div class="quick-reactions">
      <For each={recentEmoji().slice(0, 6)}>
        {(key) => (
          <MenuPick
            label={word("reactWith", { key })}
            onPick={() => {
              useEmoji(key);
              toggleReaction(client, props.item, { key });
            }}
          >
            {key}
          </MenuPick>
        )}
      </For>
      <MenuPick label={word("moreReactions")} onPick={() => conversation.openReactions(props.item)}>
        <Icon name="plus" />
      </MenuPick>
    </div>
  );
}

function QuoteBlock(props: { item: ItemRecord }) {
  const conversation = useConversation();
  return (
    <Show when={!props.item.redacted && props.item.quote}>
      {(quote) => (
        <button
          type="button"
          class="quote"
          data-shade={shade(quote().sender ?? "", 8)}
          onClick={() => conversation.jump(quote().eventId, props.item.eventId)}
        >
          <strong class="ellipsis">{quote().senderName ?? quote().sender ?? ""}</strong>
          <span class="ellipsis">{quote().missing ? word("missing") : tellEvent(quote())}</span>
        </button>
      )}
    </Show>
  );
}

/** The time, whether it was edited, and how far it has come. */
function Meta(props: { item: ItemRecord }) {
  const conversation = useConversation();
  const stage = createMemo(() => {
    const { item } = props;
    if (!item.mine) return undefined;
    if (item.state === "waiting") return { icon: "clock", label: word("waiting") } as const;
    if (item.state === "sending") return { icon: "clock", label: word("sending") } as const;
    if (item.state === "failed") return { icon: "error", label: word("failed") } as const;
    if (conversation.isRead(item)) return { icon: "checks", label: word("read") } as const;
    return { icon: "check", label: word("sent") } as const;
  });
  return (
    <span class="meta">
      <Show when={props.item.encryption === "warning" && !props.item.mine}>
        <span title={doubtOf(props.item, conversation.nameOf)}>
          <Icon name="warning" class="icon-s" />
        </span>
      </Show>
      <Show when={props.item.pinned}>
        <Icon name="pin" class="icon-s" />
      </Show>
      <Show when={props.item.editedAt && !props.item.redacted}>
        <span>{word("edited")}</span>
      </Show>
      <time
        dateTime={new Date(props.item.ts).toISOString()}
        title={fullTime(language(), props.item.ts)}
      >
        {clockTime(language(), props.item.ts)}
      </time>
      <Show when={stage()}>
        {(now) => (
          <span class="stage" data-stage={now().icon}>
            <Icon name={now().icon} class="icon-s" />
            <span class="sr-only">{now().label}</span>
          </span>
        )}
      </Show>
    </span>
  );
}
