import { createEffect, createMemo, createSignal, For, lazy, on, Show, Suspense } from "solid-js";
import { VList } from "virtua/solid";
import { type Client, type Rows, useClient, useValue } from "../../bridge/client";
import type { ChatRecord } from "../../engine/records";
import type { Action } from "../../ui/action";
import { Button, Empty, IconButton } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { ContextMenu, MenuButton } from "../../ui/Menu";
import { now } from "../../ui/now";
import { chatPlace, go, place } from "../../ui/router";
import { Tabs } from "../../ui/Tabs";
import { orTell, tell } from "../../ui/toasts";
import { Awaiting, StandsIn } from "../notices";
import { countWaiting, dragged, everyoneOf, setTaking } from "../people";
import { SurveysWaiting } from "../surveys";
import { ChatLine } from "./ChatLine";
import { chatActions } from "./commands";
import { countUnread, type Folder, invitations, isIn, neighbour, topSpaces } from "./data";
import { dialog, openDialog, searchAsked, shownSpace, showSpace } from "./dialogs";
import { FOLDERS, readFolders, saveFolders } from "./folders";
import { createOrder } from "./order";
import "./view.css";
import { word } from "./words";

const SearchResults = lazy(() => import("./SearchResults"));
const Dialogs = lazy(() => import("./NewChat"));
const SpaceDialog = lazy(() => import("./Space"));

/** The list of chats with its folders and search. */
export function ChatsView(props: {
  chats: Rows<"chats">;
  corner?: import("solid-js").JSX.Element;
}) {
  const client = useClient();
  const [folder, setFolder] = createSignal<Folder>("all");
  const [query, setQuery] = createSignal("");
  const [requests, setRequests] = createSignal(false);
  const stored = useValue("account", () => ({ type: FOLDERS }));
  const own = createMemo(() => readFolders(stored()));
  let field!: HTMLInputElement;

  const all = createMemo(() => props.chats.order().flatMap((id) => props.chats.row(id) ?? []));
  const open = () => (place().segments[0] === "chat" ? place().segments[1] : undefined);
  const [kept, setKept] = createSignal<string>();
  createEffect(on(open, (id) => setKept(id)));
  const contacts = useValue("contacts", () => null);
  const invites = useValue("unitInvites", () => null);
  const waiting = () => countWaiting(contacts(), invites());
  const invited = createMemo(() => {
    const held = new Set(contacts()?.held.map((one) => one.roomId));
    return invitations(all()).filter((chat) => !held.has(chat.id));
  });
  const shown = createMemo(() =>
    requests() ? invited() : all().filter((chat) => isIn(chat, folder(), kept())),
  );
  const ids = createMemo(() => shown().map((chat) => chat.id), [], {
    equals: (a, b) => a.length === b.length && a.every((id, index) => id === b[index]),
  });
  const archived = () => all().filter((chat) => isIn(chat, "archive")).length;
  createEffect(on(searchAsked, () => field.focus(), { defer: true }));
  const spaces = createMemo(() => topSpaces(all()));
  const space = () => spaces().find((one) => folder() === `space:${one.id}`);
  /** A space has no conversation of its own: going there opens its folder. */
  createEffect(() => {
    const id = open();
    const chat = id === undefined ? undefined : props.chats.row(id);
    if (chat?.kind !== "space" || chat.membership !== "join") return;
    go("#/", true);
    setFolder(`space:${spaces().find((one) => chat.spaces.includes(one.id))?.id ?? chat.id}`);
    setQuery("");
    setRequests(false);
  });
  createEffect(() => folder().startsWith("space:") && !space() && setFolder("all"));
  createEffect(() => requests() && invited().length === 0 && setRequests(false));

  const tabs = (): { id: Folder; label: string }[] => [
    { id: "all", label: word("all") },
    { id: "unread", label: word("unread") },
    { id: "direct", label: word("direct") },
    { id: "groups", label: word("groups") },
    ...(all().some((chat) => isIn(chat, "channels"))
      ? [{ id: "channels" as const, label: word("channels") }]
      : []),
    ...own().map((one) => ({ id: `folder:${one.id}` as const, label: one.name })),
    ...spaces().map((one) => ({ id: `space:${one.id}` as const, label: one.name })),
  ];
  const newChat = (): Action[] => [
    {
      id: "direct",
      icon: "person",
      label: () => word("newDirect"),
      run: () => openDialog("direct"),
    },
    { id: "group", icon: "people", label: () => word("newGroup"), run: () => openDialog("group") },
    {
      id: "channel",
      icon: "megaphone",
      label: () => word("newChannel"),
      run: () => openDialog("channel"),
    },
    { id: "space", icon: "folder", label: () => word("newSpace"), run: () => openDialog("space") },
    { id: "join", icon: "link", label: () => word("joinByLink"), run: () => openDialog("join") },
    {
      id: "folder",
      icon: "bookmark",
      label: () => word("newFolder"),
      apart: true,
      run: () => openDialog("folder"),
    },
    {
      id: "read",
      icon: "checks",
      label: () => word("markAllRead"),
      run: async () => {
        const done = await client.command("chat.markAllRead", null);
        if (done.ok) tell(word("allRead"));
        else await orTell(Promise.resolve(done));
      },
    },
    ...own()
      .filter((one) => folder() === `folder:${one.id}`)
      .map(
        (one): Action => ({
          id: "delete",
          icon: "trash",
          danger: true,
          label: () => word("deleteFolder", { name: one.name }),
          run: () => {
            saveFolders(
              client,
              own().filter((other) => other.id !== one.id),
            );
            setFolder("all");
          },
        }),
      ),
  ];
  const order = createOrder(client, shown);
  const actionsOf = (chat: ChatRecord) => {
    const [read, pin, ...rest] = chatActions(client, chat, own());
    return [...(read ? [read] : []), ...(pin ? [pin] : []), ...order.steps(chat), ...rest];
  };
  const step = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    if (event.altKey || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    const lines = [...event.currentTarget.querySelectorAll<HTMLElement>(".chat-line")];
    const at = lines.indexOf(document.activeElement as HTMLElement);
    const next = lines[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <nav class="chats" aria-label={word("title")}>
      <header class="chats-head">
        {props.corner}
        <div class="search-field">
          <Icon name="search" class="icon-s" />
          <input
            ref={field}
            type="search"
            value={query()}
            placeholder={word("search")}
            aria-label={word("search")}
            autocomplete="off"
            onInput={(event) => setQuery(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              setQuery("");
              field.blur();
            }}
          />
          <Show when={query()}>
            <IconButton icon="close" label={word("clear")} onClick={() => setQuery("")} />
          </Show>
        </div>
        <MenuButton icon="edit" label={word("newChat")} actions={newChat} />
      </header>
      <Show
        when={!query().trim()}
        fallback={
          <Suspense>
            <SearchResults chats={all()} query={query()} onOpen={() => setQuery("")} />
          </Suspense>
        }
      >
        <Show
          when={folder() !== "archive" && !requests()}
          fallback={
            <div class="chats-back">
              <IconButton
                icon="back"
                label={word("backToAll")}
                onClick={() => {
                  setFolder("all");
                  setRequests(false);
                }}
              />
              <h2>{requests() ? word("requestsTitle") : word("archive")}</h2>
            </div>
          }
        >
          <Tabs
            label={word("folders")}
            value={folder()}
            tabs={tabs().map((tab) => ({
              ...tab,
              count:
                tab.id === "unread" || tab.id === "all" ? 0 : countUnread(all(), tab.id, now()),
            }))}
            onChange={(id) => {
              setFolder(id);
              setKept(undefined);
            }}
          />
          <Awaiting />
          <StandsIn />
          <Suspense>
            <SurveysWaiting />
          </Suspense>
          <Show when={invited().length > 0}>
            <button type="button" class="chats-extra requests" onClick={() => setRequests(true)}>
              <Icon name="inbox" />
              <span>{word("requests", { count: invited().length })}</span>
              <span class="badge">{invited().length}</span>
            </button>
          </Show>
          <Show when={waiting() > 0}>
            <a class="chats-extra requests" href="#/people/requests">
              <Icon name="personAdd" />
              <span>{word("contactRequests", { count: waiting() })}</span>
              <span class="badge">{waiting()}</span>
            </a>
          </Show>
          <Show when={space()}>
            {(one) => (
              <button type="button" class="chats-extra" onClick={() => showSpace(one().id)}>
                <Icon name="list" />
                <span>{word("spaceRow")}</span>
                <Icon name="chevronRight" class="icon-s" />
              </button>
            )}
          </Show>
          <Show when={folder() === "all" && archived() > 0}>
            <button type="button" class="chats-extra" onClick={() => setFolder("archive")}>
              <Icon name="archive" />
              <span>{word("archiveRow", { count: archived() })}</span>
            </button>
          </Show>
        </Show>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the links inside */}
        <div
          class="chats-list"
          onKeyDown={step}
          onDragStart={order.start}
          onDragOver={order.over}
          onDrop={order.drop}
          onDragEnd={order.end}
        >
          <Show
            when={ids().length > 0}
            fallback={
              <Show when={props.chats.head()?.complete} fallback={<Skeleton />}>
                <Nothing folder={folder()} />
              </Show>
            }
          >
            <VList data={ids()} class="chats-scroll" itemSize={68}>
              {(id) => (
                <Show when={props.chats.row(id)}>
                  {(chat) => (
                    <ContextMenu
                      class="chat-line-place"
                      actions={() => actionsOf(chat() as ChatRecord)}
                    >
                      <ChatLine
                        chat={chat()}
                        open={open() === id}
                        onDropPeople={() => takeIn(client, chat() as ChatRecord)}
                      />
                    </ContextMenu>
                  )}
                </Show>
              )}
            </VList>
          </Show>
        </div>
      </Show>
      <Suspense>
        <Show when={dialog()}>{(kind) => <Dialogs kind={kind()} />}</Show>
        <Show when={shownSpace()}>
          {(id) => <SpaceDialog roomId={id()} onClose={() => showSpace(undefined)} />}
        </Show>
      </Suspense>
    </nav>
  );
}

/** Asks to invite those who were dragged here from the tree. */
async function takeIn(client: Client, chat: ChatRecord): Promise<void> {
  const chosen = dragged() ?? { people: [], units: [] };
  const people = await everyoneOf(client, chosen);
  if (people) setTaking({ people, chosen, room: { id: chat.id, name: chat.name } });
}

function Nothing(props: { folder: Folder }) {
  return (
    <Show
      when={props.folder === "all"}
      fallback={
        <Empty
          icon={props.folder === "unread" ? "checks" : "folder"}
          title={
            props.folder === "unread"
              ? word("emptyUnread")
              : props.folder === "archive"
                ? word("emptyArchive")
                : word("emptyFolder")
          }
          {...(props.folder === "unread" ? { text: word("emptyUnreadText") } : {})}
        />
      }
    >
      <Empty icon="chats" title={word("emptyTitle")} text={word("emptyText")}>
        <Button look="primary" onClick={() => openDialog("direct")}>
          {word("newDirect")}
        </Button>
      </Empty>
    </Show>
  );
}

function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      <For each={[1, 2, 3, 4, 5, 6, 7]}>
        {() => (
          <div class="skeleton-line">
            <span />
            <span />
          </div>
        )}
      </For>
    </div>
  );
}

/** Goes to the chat `by` steps from the open one; to unread ones alone if so asked. */
export function stepChat(chats: readonly ChatRecord[], by: 1 | -1, unreadOnly: boolean): void {
  const open = place().segments[0] === "chat" ? place().segments[1] : undefined;
  const order = chats
    .filter((chat) => isIn(chat, unreadOnly ? "unread" : "all", open))
    .map((chat) => chat.id);
  const next = neighbour(order, open, by);
  if (next) go(chatPlace(next));
}
