import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from "solid-js";
import { Virtualizer, type VirtualizerHandle } from "virtua/solid";
import { dayLabel } from "../../base/format";
import { type Rows, useClient } from "../../bridge/client";
import type { RoomView } from "../../engine/records";
import { Button, Empty, NoticeBox } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { uiWord, whyFailed } from "../../ui/uiWords";
import { albumOf } from "./album";
import { useConversation } from "./conversation";
import { type Entry, isShift, keepSame, keptRange, layOut } from "./data";
import { keepPlace, placeIn } from "./places";
import { Row } from "./Row";
import { isGoing } from "./removal";
import { word } from "./words";

/** Nearer to the end than this is at the end. */
const NEAR = 64;
/** Nearer to the edge of what is loaded than this asks for more. */
const AHEAD = 900;

export interface TimelineHandle {
  toEnd: (smooth: boolean) => void;
  /** Shows an item in the middle and flashes it; false where it is not loaded. */
  show: (eventId: string) => boolean;
  /** Holds on to what is in view, and no more to the end. */
  stay: () => void;
}

/** The messages of a chat or a thread. */
export function Timeline(props: {
  rows: Rows<"timeline">;
  at: string | undefined;
  onHandle: (handle: TimelineHandle) => void;
  onToEnd: () => void;
  onDay: () => void;
  /** Whom a "back to the reply" button leads to. */
  returnTo: string | undefined;
  onReturn: () => void;
}) {
  const client = useClient();
  const conversation = useConversation();
  const [scroller, setScroller] = createSignal<HTMLElement>();
  const [list, setList] = createSignal<VirtualizerHandle>();
  const [flashing, setFlashing] = createSignal<string>();
  const [atEnd, setAtEnd] = createSignal(true);
  const [topDay, setTopDay] = createSignal<number>();
  const [scrolling, setScrolling] = createSignal(false);
  let settling = false;
  let settled = false;
  const [seen, setSeen] = createSignal(0);

  const head = () => props.rows.head();
  const laid = createMemo<{ entries: Entry[]; shift: boolean }>(
    (before) => {
      const items = props.rows.order().flatMap((id) => {
        const item = props.rows.row(id);
        return item && !isGoing(id)
          ? {
              id: item.id,
              sender: item.sender,
              ts: item.ts,
              type: item.type,
              stateKey: item.stateKey,
              album: albumOf(item),
            }
          : [];
      }) as Parameters<typeof layOut>[0];
      const entries = keepSame(before.entries, layOut(items, head()?.firstUnread));
      return { entries, shift: isShift(before.entries, entries) };
    },
    { entries: [], shift: false },
  );
  const entries = () => laid().entries;
  const placeKey = () => [head()?.roomId, head()?.threadId].join(" ");
  const indexOfItem = (id: string) => entries().findIndex((entry) => entry.ids.includes(id));
  const newest = () => entries().at(-1);

  const [ending, setEnding] = createSignal(false);
  const toEnd = (smooth: boolean) => {
    if (head()?.cut && !props.at) {
      setEnding(true);
      return;
    }
    const last = entries().length - 1;
    if (last >= 0) list()?.scrollToIndex(last, { align: "end", smooth });
  };
  const flash = (id: string) => {
    setFlashing(undefined);
    queueMicrotask(() => setFlashing(id));
    setTimeout(() => flashing() === id && setFlashing(undefined), 2400);
  };
  const show = (eventId: string) => {
    const item = props.rows.order().find((id) => props.rows.row(id)?.eventId === eventId);
    const index = item === undefined ? -1 : indexOfItem(item);
    if (item === undefined || index < 0) return false;
    list()?.scrollToIndex(index, { align: "center" });
    flash(item);
    return true;
  };
  onMount(() => props.onHandle({ toEnd, show, stay: () => setAtEnd(false) }));

  /** The first scroll: to the message asked for, the first unread one, or the end. */
  const settle = () => {
    const handle = list();
    const view = head();
    if (settling || !handle || !view || entries().length === 0) return;
    // Another tab let the newest go, and they are on their way.
    if (view.cut && !props.at) return;
    settling = true;
    const anchor = view.anchor === undefined ? -1 : indexOfItem(view.anchor);
    const kept = view.anchor === undefined ? placeIn(placeKey()) : undefined;
    const returned = kept ? indexOfItem(kept.id) : -1;
    const unread = entries().findIndex((entry) => entry.unread);
    const place = () => {
      if (anchor >= 0) handle.scrollToIndex(anchor, { align: "center" });
      else if (kept && returned >= 0)
        handle.scrollToIndex(returned, { align: "start", offset: kept.offset });
      else if (unread >= 0) handle.scrollToIndex(unread, { align: "start", offset: -72 });
      else toEnd(false);
    };
    if (view.anchor !== undefined && anchor >= 0) flash(view.anchor);
    place();
    // Before the list is measured all of it seems to be in view, and its end would be held on to.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        setAtEnd(anchor < 0 && returned < 0 && unread < 0);
        settled = true;
        place();
        requestAnimationFrame(() => requestAnimationFrame(follow));
      }),
    );
  };
  createEffect(settle);

  createEffect(
    on(newest, (last, before) => {
      if (!settled || !last || !before || last.key === before.key) return;
      const item = props.rows.row(last.ids.at(-1) ?? "");
      const mine = item?.mine && item.state !== "sent";
      if (!head()?.live || laid().shift) return;
      if (mine || atEnd()) requestAnimationFrame(() => toEnd(false));
    }),
  );

  /** While the end is in view it stays so, whatever grows. */
  createEffect(() => {
    const element = scroller();
    if (!element) return;
    const keep = new ResizeObserver(() => {
      if (settled && atEnd() && head()?.live) element.scrollTop = element.scrollHeight;
    });
    keep.observe(element);
    if (element.lastElementChild) keep.observe(element.lastElementChild);
    onCleanup(() => keep.disconnect());
  });

  const ask = (direction: "back" | "forward" | "newest") => {
    const view = head();
    if (!view || view.loading[direction === "back" ? "back" : "forward"]) return;
    if (direction === "back" ? view.atStart : view.live) return;
    void client.command("timeline.more", {
      roomId: view.roomId,
      ...(view.threadId ? { threadId: view.threadId } : {}),
      ...(props.at ? { at: props.at } : {}),
      direction,
    });
  };

  /** The newest were let go: they are asked for until they are there. */
  createEffect(() => {
    if (!ending()) return;
    if (head()?.cut) return ask("newest");
    setEnding(false);
    setAtEnd(true);
    requestAnimationFrame(() => toEnd(false));
  });

  let releasing = false;
  /** Lets go what is far from what is seen: a chat that is read for hours does not fill the memory. */
  async function release(handle: VirtualizerHandle, element: HTMLElement): Promise<void> {
    const view = head();
    if (releasing || !view || view.threadId || view.loading.back || view.loading.forward) return;
    if (ending() || conversation.selected().size > 0) return;
    const [first, last] = [0, element.clientHeight].map((edge) =>
      handle.findItemIndex(element.scrollTop + edge),
    ) as [number, number];
    const range = keptRange(entries().length, first, last);
    const from = entries()[range?.[0] ?? -1]?.ids[0];
    const to = entries()[range?.[1] ?? -1]?.ids.at(-1);
    if (from === undefined || to === undefined) return;
    releasing = true;
    await client.command("timeline.trim", {
      roomId: view.roomId,
      ...(props.at ? { at: props.at } : {}),
      from,
      to,
    });
    releasing = false;
  }

  let rest = 0;
  function follow(): void {
    const handle = list();
    const element = scroller();
    if (!handle || !element || !settled) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    setAtEnd(left < NEAR && !head()?.cut);
    if (element.scrollTop < AHEAD) ask("back");
    if (left < AHEAD) ask("forward");
    const index = handle.findItemIndex(element.scrollTop + 8);
    const item = props.rows.row(entries()[index]?.ids[0] ?? "");
    setTopDay(item?.ts);
    const offset = Math.round(element.scrollTop - handle.getItemOffset(index));
    if (!props.at) keepPlace(placeKey(), atEnd() || !item ? undefined : { id: item.id, offset });
    markRead(handle, element);
    void release(handle, element);
  }
  const onScroll = () => {
    setScrolling(true);
    clearTimeout(rest);
    rest = window.setTimeout(() => setScrolling(false), 900);
    follow();
  };
  onCleanup(() => clearTimeout(rest));

  let reading = 0;
  function markRead(handle: VirtualizerHandle, element: HTMLElement): void {
    if (document.visibilityState !== "visible" || !document.hasFocus()) return;
    const last = entries().length - 1;
    const index = handle.findItemIndex(element.scrollTop + element.clientHeight - 24);
    const entry = entries()[atEnd() ? last : Math.min(index, last)];
    const item = entry && props.rows.row(entry.ids.at(-1) ?? "");
    if (!item?.eventId || item.ts <= seen()) return;
    setSeen(item.ts);
    const eventId = item.eventId;
    clearTimeout(reading);
    reading = window.setTimeout(() => {
      client.command("timeline.read", {
        roomId: item.roomId,
        ...(conversation.threadId ? { threadId: conversation.threadId } : {}),
        eventId,
        private: false,
      });
    }, 300);
  }
  createEffect(on([newest, () => head()?.loading.back], () => requestAnimationFrame(follow)));
  onMount(() => {
    window.addEventListener("focus", follow);
    document.addEventListener("visibilitychange", follow);
    onCleanup(() => {
      window.removeEventListener("focus", follow);
      document.removeEventListener("visibilitychange", follow);
    });
  });

  const below = () => {
    if (atEnd() || !head()?.live) return 0;
    return entries().filter((entry) => {
      const item = entry.kind === "message" && props.rows.row(entry.ids[0] ?? "");
      return item && item.ts > seen() && !item.mine;
    }).length;
  };
  const mentions = () =>
    entries().flatMap((entry) => {
      const item = props.rows.row(entry.ids[0] ?? "");
      return item?.mentionsMe && item.ts > seen() && item.eventId ? item.eventId : [];
    });

  const step = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const messages = [...event.currentTarget.querySelectorAll<HTMLElement>(".message")];
    const own = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>(".message");
    const index = own ? messages.indexOf(own) : messages.length;
    const next = messages[index + (event.key === "ArrowUp" ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  return (
    <div class="timeline">
      <Show when={topDay() && (scrolling() || !atEnd())}>
        <div class="day day-top" aria-hidden="true" classList={{ shown: scrolling() }}>
          <span>{dayLabel(language(), topDay() ?? 0, now())}</span>
        </div>
      </Show>
      <div
        class="timeline-scroll"
        ref={setScroller}
        role="log"
        aria-live="off"
        aria-label={conversation.room().name}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
        tabIndex={0}
        onKeyDown={step}
      >
        <div class="timeline-spring" />
        <Show when={head()?.atStart && entries().length === 0}>
          <Nothing kind={conversation.room().kind} membership={conversation.room().membership} />
        </Show>
        <div class="timeline-list">
          <Virtualizer
            ref={(handle) => setList(handle)}
            data={entries()}
            shift={laid().shift}
            {...(scroller() ? { scrollRef: scroller() as HTMLElement } : {})}
            bufferSize={700}
            onScroll={onScroll}
          >
            {(entry) => (
              <Row
                entry={entry}
                item={props.rows.row}
                flash={entry.ids.includes(flashing() ?? "")}
                onDay={props.onDay}
              />
            )}
          </Virtualizer>
        </div>
      </div>
      <Show when={head()?.error}>
        {(error) => (
          <div class="timeline-error">
            <NoticeBox look="bad">
              {whyFailed(error())} <Button onClick={() => ask("back")}>{uiWord("retry")}</Button>
            </NoticeBox>
          </div>
        )}
      </Show>
      <Show when={head()?.loading.back && entries().length === 0}>
        <div class="timeline-wait">
          <span class="spinner" />
          <span class="sr-only">{word("loading")}</span>
        </div>
      </Show>
      <div class="jump-buttons">
        <Show when={props.returnTo}>
          <button
            type="button"
            class="jump"
            aria-label={word("toReplied")}
            data-tip={word("toReplied")}
            onClick={props.onReturn}
          >
            <Icon name="reply" />
          </button>
        </Show>
        <Show when={!atEnd() && mentions()[0]}>
          {(eventId) => (
            <button
              type="button"
              class="jump"
              aria-label={word("toMention")}
              data-tip={word("toMention")}
              onClick={() => show(eventId())}
            >
              <Icon name="at" />
              <span class="badge">{mentions().length}</span>
            </button>
          )}
        </Show>
        <Show when={!atEnd() || head()?.live === false}>
          <button
            type="button"
            class="jump"
            aria-label={below() > 0 ? word("toNewestCount", { count: below() }) : word("toNewest")}
            data-tip={word("toNewest")}
            onClick={() => (head()?.live ? toEnd(true) : props.onToEnd())}
          >
            <Icon name="chevronDown" />
            <Show when={below() > 0}>
              <span class="badge">{below()}</span>
            </Show>
          </button>
        </Show>
      </div>
    </div>
  );
}

function Nothing(props: { kind: RoomView["kind"]; membership: RoomView["membership"] }) {
  return (
    <Show
      when={props.membership === "join"}
      fallback={
        <Empty
          icon={props.membership === "invite" ? "inbox" : "lock"}
          title={props.membership === "invite" ? word("invitation") : word("closed")}
          text={props.membership === "invite" ? word("invitationText") : ""}
        />
      }
    >
      <Empty
        icon={props.kind === "self" ? "bookmark" : "chat"}
        title={word("emptyTitle")}
        text={props.kind === "self" ? word("emptySelf") : word("emptyText")}
      />
    </Show>
  );
}
