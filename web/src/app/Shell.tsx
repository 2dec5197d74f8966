import {
  createEffect,
  createMemo,
  ErrorBoundary,
  lazy,
  Match,
  on,
  onCleanup,
  Show,
  Suspense,
  Switch,
} from "solid-js";
import { useClient, useList, useValue } from "../bridge/client";
import type { RoomView } from "../engine/records";
import { AdminView, loadMe } from "../features/admin";
import { ChatsView, chatActions, FOLDERS, readFolders } from "../features/chats";
import { createSharing, LiveBar } from "../features/composer";
import { closeExport, ExportDialog, exported, sweep } from "../features/export";
import { HelpView } from "../features/help";
import { Face, openPerson, PeopleView } from "../features/people";
import { SettingsView, Verification } from "../features/settings";
import { KeyReminder } from "../features/signin";
import { SurveysView } from "../features/surveys";
import {
  ChatView,
  parseMatrixLink,
  Reminders,
  Threads,
  ThreadView,
  toggleSide,
} from "../features/timeline";
import { createDue, Tour } from "../features/tour";
import type { Action } from "../ui/action";
import { Button, Empty, Keys } from "../ui/controls";
import { MenuButton } from "../ui/Menu";
import { createMedia, listWidth, setListWidth, setSideWidth, sideWidth } from "../ui/preferences";
import { Resizer } from "../ui/Resizer";
import { chatPlace, go, place } from "../ui/router";
import { Arrival } from "./Arrival";
import { createCommands, listenToKeys, mainMenu } from "./commands";
import { lockWhenIdle } from "./idle";
import { OfflineLine } from "./OfflineLine";
import { paletteOpen, setPaletteOpen, setShortcutsOpen, shortcutsOpen } from "./overlays";
import { keepPush, keepStorage, showNotices, showTotals, tellVisibility } from "./presence";
import { remember } from "./recent";
import { UpdateLine } from "./UpdateLine";
import { word } from "./words";

const Palette = lazy(() => import("./Palette"));
const Share = lazy(() => import("./Share"));
const Shortcuts = lazy(() => import("./Shortcuts"));
const RoomPanel = lazy(async () => ({ default: (await import("../features/room")).RoomPanel }));
const ChatSearch = lazy(async () => ({ default: (await import("../features/room")).ChatSearch }));

/** The three panes: chats, the conversation, its details. On a phone one at a time. */
export default function Shell() {
  const client = useClient();
  const chats = useList("chats", () => null);
  const session = useValue("session", () => null);
  const stored = useValue("account", () => ({ type: FOLDERS }));
  const phone = createMedia("(max-width: 47.9rem)");
  const me = () => {
    const view = session();
    return view?.phase === "signedIn" ? view.userId : "";
  };
  const my = useValue("person", () => (me() ? { userId: me() } : undefined));
  const due = createDue(me);
  const touring = () => chats.head()?.complete === true && due.steps().length > 0;
  const all = createMemo(() => chats.order().flatMap((id) => chats.row(id) ?? []));
  const commands = createCommands({ client, chats: all, me, phone });

  const kind = () => place().segments[0];
  const roomId = createMemo(() => (kind() === "chat" ? place().segments[1] : undefined));
  const eventId = () => place().segments[2];
  const side = createMemo(() => (roomId() ? place().query.side : undefined));
  const thread = () => place().query.thread;
  const hasMain = () =>
    ["admin", "chat", "help", "people", "reminders", "settings", "surveys", "threads"].includes(
      kind() ?? "",
    );
  const pane = () => (side() ? "side" : hasMain() ? "main" : "list");

  listenToKeys(commands);
  tellVisibility(client, roomId);
  showTotals();
  showNotices(client);
  keepPush(client, me);
  lockWhenIdle(client);
  keepStorage();
  const sharing = createSharing();
  loadMe(client);
  createEffect(on(roomId, (id) => id && remember(id)));
  createEffect(() => {
    if (kind() !== "user") return;
    const [, userId] = place().segments;
    if (userId) openPerson(userId);
    go("#/", true);
  });
  // What the shortcuts of the installed application name.
  createEffect(() => {
    const action = kind() === "new" ? "newDirect" : kind() === "saved" ? "saved" : undefined;
    if (action === undefined || !me()) return;
    go("#/", true);
    commands.find(({ id }) => id === action)?.run();
  });
  createEffect(() => {
    if (kind() !== "link") return;
    const link = parseMatrixLink((place().segments[1] ?? "").replace(/^web\+/, ""));
    if (!link) go("#/", true);
    else go(link.kind === "user" ? `#/user/${link.id}` : chatPlace(link.id, link.eventId), true);
  });
  createEffect(() => {
    const id = roomId();
    const known = id?.startsWith("#")
      ? client.command("room.preview", { roomIdOrAlias: id })
      : undefined;
    known?.then((answer) => answer.ok && go(chatPlace(answer.value.roomId, eventId()), true));
  });
  /** Shell styles follow the chosen widths. */
  createEffect(() => {
    document.documentElement.style.setProperty("--list-width", `${listWidth()}px`);
    document.documentElement.style.setProperty("--side-width", `${sideWidth()}px`);
  });
  const preload = window.setTimeout(() => {
    // What the network does not give now is fetched when it is opened.
    void Promise.allSettled([ChatView.preload(), import("../features/room")]);
    void sweep();
  }, 800);
  onCleanup(() => clearTimeout(preload));

  const actionsOf = (room: RoomView): readonly Action[] => {
    const chat = chats.row(room.id);
    const own = chat ? chatActions(client, chat, readFolders(stored())) : [];
    return [
      {
        id: "info",
        icon: "info",
        label: () => word("chatInfo"),
        run: () => toggleSide(room.id, "info"),
      },
      ...own,
    ];
  };
  const closeSide = () => {
    const id = roomId();
    if (id) go(chatPlace(id, eventId()));
  };
  // The side has the focus when it opens, and what had it before when it closes.
  let sidePane: HTMLElement | undefined;
  let opener: Element | null = null;
  createEffect(
    on(
      side,
      (now, was) => {
        if (now && !was) {
          opener = document.activeElement;
          sidePane?.focus({ preventScroll: true });
        } else if (!now && document.activeElement === document.body && opener?.isConnected)
          (opener as HTMLElement).focus({ preventScroll: true });
      },
      { defer: true },
    ),
  );

  return (
    <div class="shell" data-pane={pane()} data-side={side() ? "open" : "closed"}>
      <header>
        <h1 class="sr-only">{word("app")}</h1>
        <button type="button" class="skip" onClick={skipToMessages}>
          {word("skip")}
        </button>
      </header>
      <div class="pane pane-list" role={phone() && pane() === "list" ? "main" : undefined}>
        <OfflineLine />
        <UpdateLine />
        <Arrival />
        <Show when={!phone() || pane() === "list"}>
          <LiveBar of={sharing()} />
        </Show>
        <Suspense>
          <KeyReminder />
        </Suspense>
        <ChatsView
          chats={chats}
          corner={
            <MenuButton
              icon="menu"
              label={word("menu")}
              class="corner"
              actions={() => mainMenu(commands)}
            >
              <Face id={me()} name={my()?.name ?? me()} avatar={my()?.avatar} size="s" />
            </MenuButton>
          }
        />
        <Show when={phone() && touring()}>
          <Suspense>
            <Tour due={due} touch />
          </Suspense>
        </Show>
      </div>
      <main class="pane pane-main" tabIndex={-1}>
        <Resizer width={listWidth()} min={272} max={520} pane="left" onChange={setListWidth} />
        <Show when={phone() && pane() === "main"}>
          <OfflineLine />
          <LiveBar of={sharing()} />
        </Show>
        <ErrorBoundary
          fallback={(error, reset) => (
            <Empty icon="error" title={word("failed")} text={String(error)}>
              <Button onClick={reset}>{word("reload")}</Button>
            </Empty>
          )}
        >
          <Suspense>
            <Switch
              fallback={
                <Show when={touring()} fallback={<Nothing />}>
                  <div class="chat chat-missing">
                    <Tour due={due} touch={false} />
                  </div>
                </Show>
              }
            >
              <Match when={kind() === "threads"}>
                <Threads />
              </Match>
              <Match when={kind() === "help"}>
                <HelpView />
              </Match>
              <Match when={kind() === "surveys"}>
                <SurveysView id={place().segments[1]} />
              </Match>
              <Match when={kind() === "reminders"}>
                <Reminders />
              </Match>
              <Match when={kind() === "people"}>
                <PeopleView section={place().segments[1]} />
              </Match>
              <Match when={kind() === "admin"}>
                <AdminView section={place().segments[1]} />
              </Match>
              <Match when={kind() === "settings"}>
                <SettingsView section={place().segments[1]} />
              </Match>
              <Match when={roomId()}>
                {(id) => <ChatView roomId={id()} at={eventId()} actions={actionsOf} />}
              </Match>
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </main>
      <Show when={side() && roomId()}>
        {(id) => (
          <>
            <section
              ref={sidePane}
              class="pane pane-side"
              role={phone() ? "main" : "complementary"}
              aria-label={word("side")}
              tabIndex={-1}
              onKeyDown={(event) => {
                // A window opened from here lies elsewhere in the page, and closes by itself.
                const isHere = event.currentTarget.contains(event.target as Node);
                if (event.key === "Escape" && isHere && !event.defaultPrevented) closeSide();
              }}
            >
              <Resizer
                width={sideWidth()}
                min={300}
                max={560}
                pane="right"
                onChange={setSideWidth}
              />
              <Suspense>
                <Switch>
                  <Match when={side() === "thread" && thread()} keyed>
                    {(root) => <ThreadView roomId={id()} threadId={root} onClose={closeSide} />}
                  </Match>
                  <Match when={side() === "search"}>
                    <ChatSearch roomId={id()} onClose={closeSide} />
                  </Match>
                  <Match when={side()}>
                    <RoomPanel roomId={id()} onClose={closeSide} />
                  </Match>
                </Switch>
              </Suspense>
            </section>
          </>
        )}
      </Show>
      <Suspense>
        <Show when={paletteOpen()}>
          <Palette chats={all()} commands={commands} onClose={() => setPaletteOpen(false)} />
        </Show>
        <Show when={shortcutsOpen()}>
          <Shortcuts commands={commands} onClose={() => setShortcutsOpen(false)} />
        </Show>
        <Verification />
        <Show when={exported()} keyed>
          {(room) => <ExportDialog room={room} onClose={closeExport} />}
        </Show>
        <Show when={kind() === "share"}>
          <Share />
        </Show>
      </Suspense>
    </div>
  );
}

/** The messages of the open chat, else what stands in their place. */
function skipToMessages(): void {
  const find = (place: string) => document.querySelector<HTMLElement>(place);
  (find(".timeline-scroll") ?? find(".pane-main"))?.focus();
}

function Nothing() {
  return (
    <div class="chat chat-missing">
      <Empty icon="chats" title={word("chooseChat")} text={word("chooseChatText")}>
        <button type="button" class="button quiet" onClick={() => setPaletteOpen(true)}>
          {word("openPalette")} <Keys shortcut="Mod+K" />
        </button>
      </Empty>
    </div>
  );
}
