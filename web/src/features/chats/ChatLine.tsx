import { createSignal, Match, Show, Switch } from "solid-js";
import { listTime } from "../../base/format";
import { type Client, useClient } from "../../bridge/client";
import type { ChatRecord } from "../../engine/records";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace } from "../../ui/router";
import { allowDrop, Face, usePost } from "../people";
import { tellPreview } from "../timeline";
import { isMuted, isUnread } from "./data";
import { mark } from "./order";
import { word } from "./words";

/** The name of a chat as it is shown. */
export function chatName(chat: ChatRecord): string {
  return chat.kind === "self" ? word("saved") : chat.name;
}

function typingWords(chat: ChatRecord): string {
  if (chat.kind === "direct") return word("typing");
  const [first = ""] = chat.typing;
  return chat.typing.length === 1
    ? word("typingNames", { names: first })
    : word("typingMany", { count: chat.typing.length });
}

/** One line of the list. */
export function ChatLine(props: { chat: ChatRecord; open: boolean; onDropPeople?: () => void }) {
  const client = useClient();
  const [over, setOver] = createSignal(false);
  const mayDrop = () => props.onDropPeople && ["group", "channel"].includes(props.chat.kind);
  const chat = () => props.chat;
  const muted = () => isMuted(chat(), now());
  const count = () => chat().unread.messages;
  return (
    <a
      class="chat-line"
      classList={{
        open: props.open,
        unread: isUnread(chat()),
        muted: muted(),
        over: over(),
        "drop-before": mark()?.id === chat().id && !mark()?.after,
        "drop-after": mark()?.id === chat().id && mark()?.after,
      }}
      onDragOver={(event) => mayDrop() && setOver(allowDrop(event))}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        if (!over()) return;
        event.preventDefault();
        setOver(false);
        props.onDropPeople?.();
      }}
      onPointerDown={() => openAhead(client, chat().id)}
      href={chatPlace(chat().id)}
      aria-current={props.open ? "page" : undefined}
      data-room={chat().id}
    >
      <Face
        id={chat().peer ?? chat().id}
        name={chatName(chat())}
        avatar={chat().avatar}
        kind={chat().kind}
      />
      <span class="chat-line-text">
        <span class="chat-line-top">
          <Show when={chat().kind === "channel"}>
            <Icon name="megaphone" class="icon-s" />
          </Show>
          <span class="chat-line-name ellipsis">{chatName(chat())}</span>
          <PostOf chat={chat()} />
          <Show when={muted()}>
            <Icon name="bellOff" class="icon-s" />
            <span class="sr-only">{word("mute")}</span>
          </Show>
          <Show when={chat().last}>
            {(last) => (
              <time dateTime={new Date(last().ts).toISOString()}>
                <Stage chat={chat()} />
                {listTime(language(), last().ts, now())}
              </time>
            )}
          </Show>
        </span>
        <span class="chat-line-bottom">
          <Said chat={chat()} open={props.open} />
          <Switch>
            <Match when={chat().unread.mentions > 0}>
              <span class="badge" aria-hidden="true">
                @
              </span>
              <span class="sr-only">{word("mention")}</span>
              <Show when={count() > 1}>
                <span class="badge" classList={{ muted: muted() }}>
                  {count()}
                </span>
              </Show>
            </Match>
            <Match when={count() > 0}>
              <span class="badge" aria-hidden="true" classList={{ muted: muted() }}>
                {count() > 999 ? "999+" : count()}
              </span>
              <span class="sr-only">{word("unreadLabel", { count: count() })}</span>
            </Match>
            <Match when={chat().unread.marked}>
              <span class="badge dot" classList={{ muted: muted() }} />
              <span class="sr-only">{word("unread")}</span>
            </Match>
            <Match when={chat().pinned !== undefined}>
              <Icon name="pin" class="icon-s chat-line-pin" />
            </Match>
          </Switch>
        </span>
      </span>
    </a>
  );
}

/** The post that the chat is with, or by which I am in it. */
function PostOf(props: { chat: ChatRecord }) {
  const post = usePost(() => props.chat.post);
  return (
    <Show when={post()}>
      {(one) => (
        <Show
          when={one().isMine}
          fallback={
            <>
              <Icon name="post" class="icon-s" />
              <span class="sr-only">{word("postChat")}</span>
            </>
          }
        >
          <span class="chat-line-post ellipsis" title={word("byPost", { name: one().name })}>
            {one().name}
          </span>
        </Show>
      )}
    </Show>
  );
}

/** From the press to the click the engine has time to read: the chat is there at once. */
function openAhead(client: Client, roomId: string): void {
  const stops = [
    client.watchValue("room", { roomId }, () => {}),
    client.watchList("timeline", { roomId }, () => {}),
  ];
  setTimeout(() => {
    for (const stop of stops) stop();
  }, 3000);
}

function Stage(props: { chat: ChatRecord }) {
  return (
    <Switch>
      <Match when={props.chat.last?.mine && props.chat.last.state === "failed"}>
        <Icon name="error" class="icon-s chat-line-failed" />
      </Match>
      <Match when={props.chat.last?.mine && props.chat.last.state !== "sent"}>
        <Icon name="clock" class="icon-s" />
      </Match>
    </Switch>
  );
}

function Said(props: { chat: ChatRecord; open: boolean }) {
  const withSender = () => props.chat.kind !== "direct" && props.chat.kind !== "self";
  return (
    <span class="chat-line-said ellipsis">
      <Switch fallback={word("noMessages")}>
        <Match when={props.chat.membership === "invite"}>
          {props.chat.inviter
            ? word("invitedBy", { name: props.chat.inviter.name })
            : word("invitation")}
        </Match>
        <Match when={props.chat.membership === "knock"}>{word("knocked")}</Match>
        <Match when={props.chat.typing.length > 0}>
          <span class="chat-line-typing">{typingWords(props.chat)}</span>
        </Match>
        <Match when={!props.open && props.chat.draft}>
          {(draft) => (
            <>
              <span class="chat-line-draft">{word("draft")}</span> {draft()}
            </>
          )}
        </Match>
        <Match when={props.chat.last}>{(last) => <>{tellPreview(last(), withSender())}</>}</Match>
      </Switch>
    </span>
  );
}
