import {
  createEffect,
  createMemo,
  createSignal,
  lazy,
  on,
  onCleanup,
  Show,
  Suspense,
} from "solid-js";
import { useClient, useList, useValue } from "../../bridge/client";
import type { ItemRecord, RoomView } from "../../engine/records";
import type { Action } from "../../ui/action";
import { Button, Empty, IconButton } from "../../ui/controls";
import { chatPlace, go, place } from "../../ui/router";
import { tell } from "../../ui/toasts";
import { Composer, composingIn } from "../composer";
import { DocumentViewer } from "../documents";
import { lastEditable, startEdit, toggleReaction } from "./commands";
import { type Conversation, ConversationContext } from "./conversation";
import { tellEvent } from "./describe";
import { Foot } from "./Foot";
import { Header, PinnedBar } from "./Header";
import { fileOf, nameOf } from "./items/media";
import { removeSoon } from "./removal";
import { Timeline, type TimelineHandle } from "./Timeline";
import { urgentTitle } from "./urgentData";
import { word } from "./words";

const ReachedDialog = lazy(() => import("./ReachedDialog"));
const Viewer = lazy(() => import("./Viewer"));
const ForwardDialog = lazy(() => import("./ForwardDialog"));
const SourceDialog = lazy(() => import("./SourceDialog"));
const RemindDialog = lazy(() => import("./RemindDialog"));
const ReactionDialog = lazy(() => import("./ReactionDialog"));
const CalendarDialog = lazy(() => import("./CalendarDialog"));

/** A chat, open: its head, its messages, and the field below. */
export default function ChatView(props: {
  roomId: string;
  at?: string | undefined;
  /** What the head's menu offers: the chat's own actions. */
  actions: (room: RoomView) => readonly Action[];
}) {
  const room = useValue("room", () => ({ roomId: props.roomId }));
  return (
    <Show
      when={room()}
      fallback={
        <Show when={room() === null}>
          <div class="chat chat-missing">
            <Empty icon="chat" title={word("notFound")}>
              <Button look="primary" onClick={() => go("#/", true)}>
                {word("back")}
              </Button>
            </Empty>
          </div>
        </Show>
      }
    >
      {(view) => (
        <OpenChat
          room={view()}
          at={props.at}
          head={<Header actions={() => props.actions(view())} />}
        />
      )}
    </Show>
  );
}

const nameOfRoom = (room: RoomView) => (room.kind === "self" ? word("saved") : room.name);

/** A thread at the side. */
export function ThreadView(props: { roomId: string; threadId: string; onClose: () => void }) {
  const room = useValue("room", () => ({ roomId: props.roomId }));
  return (
    <Show when={room()}>
      {(view) => (
        <OpenChat
          room={view()}
          threadId={props.threadId}
          head={
            <header class="side-head">
              <h2>{word("thread")}</h2>
              <IconButton icon="close" label={word("closeThread")} onClick={props.onClose} />
            </header>
          }
        />
      )}
    </Show>
  );
}

function OpenChat(props: {
  room: RoomView;
  threadId?: string;
  at?: string | undefined;
  head: import("solid-js").JSX.Element;
}) {
  const client = useClient();
  const session = useValue("session", () => null);
  const where = createMemo(
    () => ({
      roomId: props.room.id,
      ...(props.threadId ? { threadId: props.threadId } : {}),
      ...(props.at ? { at: props.at } : {}),
    }),
    undefined,
    { equals: (a, b) => a.roomId === b.roomId && a.threadId === b.threadId && a.at === b.at },
  );
  const rows = useList("timeline", where);
  const members = useList("members", () => ({ roomId: where().roomId }));
  const [selected, setSelected] = createSignal<ReadonlySet<string>>(new Set());
  const [viewed, setViewed] = createSignal<string>();
  const [read, setRead] = createSignal<ItemRecord>();
  const [forwarded, setForwarded] = createSignal<readonly ItemRecord[]>();
  const [reminded, setReminded] = createSignal<ItemRecord>();
  const [source, setSource] = createSignal<ItemRecord>();
  const [reached, setReached] = createSignal<ItemRecord>();
  const [reacted, setReacted] = createSignal<ItemRecord>();
  const [calendar, setCalendar] = createSignal(false);
  const [returnTo, setReturnTo] = createSignal<string>();
  const [dragged, setDragged] = createSignal(false);
  const [heard, setHeard] = createSignal("");
  let handle: TimelineHandle | undefined;

  const me = () => {
    const view = session();
    return view?.phase === "signedIn" ? view.userId : "";
  };
  const items = () => rows.order().flatMap((id) => rows.row(id) ?? []);
  const composing = createMemo(() => composingIn(props.room.id, props.threadId));
  const readUntil = createMemo<{ where: unknown; ts: number }>((before) => {
    const item = items().findLast(({ readBy }) => readBy.some((id) => id !== me()));
    // What they read may have been let go with what is newer.
    const known = before?.where === where() && rows.head()?.cut ? before.ts : 0;
    return { where: where(), ts: Math.max(known, item?.ts ?? 0) };
  });
  const jump = (eventId: string, from?: string) => {
    if (from) setReturnTo(from);
    if (!handle?.show(eventId)) go(chatPlace(props.room.id, eventId, place().query), true);
  };

  const conversation: Conversation = {
    room: () => props.room,
    me,
    threadId: props.threadId,
    composing,
    items,
    jump,
    stay: () => handle?.stay(),
    isRead: (item) => item.ts <= readUntil().ts,
    nameOf: (id) => members.row(id)?.name ?? "",
    selected,
    setSelected,
    openViewer: setViewed,
    openDocument: setRead,
    openForward: setForwarded,
    openRemind: setReminded,
    openSource: setSource,
    openReactions: setReacted,
    openReached: setReached,
  };

  createEffect(on(where, () => setSelected(new Set<string>()), { defer: true }));
  // What was opened in one chat does not stay above another.
  createEffect(
    on(
      () => where().roomId,
      () => {
        setViewed(undefined);
        setForwarded(undefined);
        setSource(undefined);
        setReacted(undefined);
        setCalendar(false);
        setReturnTo(undefined);
      },
      { defer: true },
    ),
  );
  /** The newest message from others is read out, once. */
  createEffect(
    on(
      () => ({ id: rows.order().at(-1), roomId: where().roomId, live: rows.head()?.live }),
      ({ id }, before) => {
        const item = id === undefined ? undefined : rows.row(id);
        if (
          !before?.id ||
          !before.live ||
          before.id === id ||
          before.roomId !== item?.roomId ||
          item.mine ||
          item.stateKey !== undefined ||
          !rows.head()?.live
        )
          return;
        const title = item.urgent ? `${word(urgentTitle(item.content))}. ` : "";
        setHeard(`${title}${item.senderName}: ${tellEvent(item)}`.slice(0, 300));
      },
    ),
  );
  const leaveSelection = (event: KeyboardEvent) => {
    if (event.key === "Escape" && selected().size > 0) setSelected(new Set<string>());
  };
  window.addEventListener("keydown", leaveSelection);
  onCleanup(() => window.removeEventListener("keydown", leaveSelection));

  const toEnd = () => {
    if (props.at) go(chatPlace(props.room.id), true);
    else handle?.toEnd(true);
  };
  const markAllRead = () => {
    handle?.toEnd(false);
    // Else the end is read when it is seen.
    const last = rows.head()?.cut ? undefined : items().findLast((item) => item.eventId);
    if (last?.eventId)
      client.command("timeline.read", {
        roomId: props.room.id,
        eventId: last.eventId,
        private: false,
      });
  };
  const chosen = () => items().filter((item) => selected().has(item.id));
  const removeChosen = () => {
    removeSoon(client, chosen());
    setSelected(new Set<string>());
  };
  const mayRemoveChosen = () => chosen().every((item) => item.mine || props.room.may.redact);
  const toDate = async (ts: number) => {
    setCalendar(false);
    const answer = await client.command("timeline.dateToEvent", { roomId: props.room.id, ts });
    if (answer.ok) jump(answer.value.eventId);
    else tell(word("noSuchDate"));
  };
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

  return (
    <ConversationContext.Provider value={conversation}>
      <section
        class="chat"
        classList={{ "in-thread": props.threadId !== undefined, dragged: dragged() }}
        aria-label={props.threadId ? word("thread") : nameOfRoom(props.room)}
        onDragOver={(event) => {
          if (!holdsFiles(event) || !props.room.may.send) return;
          event.preventDefault();
          setDragged(true);
        }}
        onDragLeave={(event) =>
          !event.currentTarget.contains(event.relatedTarget as Node | null) && setDragged(false)
        }
        onDrop={(event) => {
          setDragged(false);
          if (!holdsFiles(event) || !props.room.may.send) return;
          event.preventDefault();
          composing().addFiles([...(event.dataTransfer?.files ?? [])]);
        }}
      >
        {props.head}
        <Show when={!props.threadId}>
          <PinnedBar />
        </Show>
        <Show when={where().at ?? "end"} keyed>
          {(_key) => (
            <Show when={where().roomId} keyed>
              {(_room) => (
                <Timeline
                  rows={rows}
                  at={props.at}
                  onHandle={(given) => {
                    handle = given;
                  }}
                  onToEnd={toEnd}
                  onDay={() => setCalendar(true)}
                  returnTo={returnTo()}
                  onReturn={() => {
                    const back = returnTo();
                    setReturnTo(undefined);
                    if (back) jump(back);
                  }}
                />
              )}
            </Show>
          )}
        </Show>
        <div class="sr-only" role="log" aria-live="polite">
          {heard()}
        </div>
        <Show
          when={selected().size > 0}
          fallback={
            <Foot>
              <Composer
                room={props.room}
                threadId={props.threadId}
                onEditLast={() => {
                  const last = lastEditable(items());
                  if (last) startEdit(conversation, last);
                }}
                onEscape={markAllRead}
                onSent={toEnd}
              />
            </Foot>
          }
        >
          <div class="foot-bar selection" role="toolbar" aria-label={word("select")}>
            <IconButton
              icon="close"
              label={word("cancelSelect")}
              shortcut="Escape"
              onClick={() => setSelected(new Set<string>())}
            />
            <p>{word("selected", { count: selected().size })}</p>
            <Button icon="forward" look="quiet" onClick={() => setForwarded(chosen())}>
              {word("forward")}
            </Button>
            <Show when={mayRemoveChosen()}>
              <Button icon="trash" look="danger" onClick={removeChosen}>
                {word("delete")}
              </Button>
            </Show>
          </div>
        </Show>
        <Show when={dragged()}>
          <div class="drop-hint" aria-hidden="true">
            {word("drop")}
          </div>
        </Show>
        <Suspense>
          <Show when={viewed()}>
            {(id) => (
              <Viewer itemId={id()} onMove={setViewed} onClose={() => setViewed(undefined)} />
            )}
          </Show>
          <Show when={read()}>
            {(item) => (
              <Show when={fileOf(item())}>
                {(file) => (
                  <DocumentViewer
                    name={nameOf(item())}
                    file={file()}
                    onClose={() => setRead(undefined)}
                  />
                )}
              </Show>
            )}
          </Show>
          <Show when={forwarded()}>
            {(list) => (
              <ForwardDialog
                items={list()}
                onClose={() => {
                  setForwarded(undefined);
                  setSelected(new Set<string>());
                }}
              />
            )}
          </Show>
          <Show when={source()}>
            {(item) => <SourceDialog item={item()} onClose={() => setSource(undefined)} />}
          </Show>
          <Show when={reminded()}>
            {(item) => <RemindDialog item={item()} onClose={() => setReminded(undefined)} />}
          </Show>
          <Show when={reached()}>
            {(item) => <ReachedDialog item={item()} onClose={() => setReached(undefined)} />}
          </Show>
          <Show when={reacted()}>
            {(item) => (
              <ReactionDialog
                onPick={(chosen) => {
                  const fresh = rows.row(item().id) ?? item();
                  toggleReaction(client, fresh, chosen);
                  setReacted(undefined);
                }}
                onClose={() => setReacted(undefined)}
              />
            )}
          </Show>
          <Show when={calendar()}>
            <CalendarDialog onPick={toDate} onClose={() => setCalendar(false)} />
          </Show>
        </Suspense>
      </section>
    </ConversationContext.Provider>
  );
}
