/** Every action of the application itself: the palette, the menu and the keys read this list. */

import { type Accessor, onCleanup } from "solid-js";
import type { Client } from "../bridge/client";
import type { ChatRecord } from "../engine/records";
import { hasConsole } from "../features/admin";
import { askSearch, openDialog, openJoin, stepChat } from "../features/chats";
import { namedBy, scanCode } from "../features/codes";
import { urgentAction } from "../features/composer";
import { openPerson } from "../features/people";
import { toggleSide } from "../features/timeline";
import type { Action } from "../ui/action";
import { possible } from "../ui/action";
import { ask } from "../ui/Confirm";
import { isMac, isPress, isTyping } from "../ui/keyboard";
import {
  language,
  setLanguage,
  setTextSize,
  setTheme,
  type TextSize,
  textSize,
} from "../ui/preferences";
import { chatPlace, go, place } from "../ui/router";
import { orTell } from "../ui/toasts";
import { setPaletteOpen, setShortcutsOpen } from "./overlays";
import { word } from "./words";

export interface Around {
  client: Client;
  chats: Accessor<readonly ChatRecord[]>;
  me: Accessor<string>;
  phone: Accessor<boolean>;
}

const isDark = () => document.documentElement.dataset.theme === "dark";
const sizes: readonly TextSize[] = ["small", "normal", "large", "huge"];
const openRoom = () => (place().segments[0] === "chat" ? place().segments[1] : undefined);

async function signOut(client: Client): Promise<void> {
  const yes = await ask({
    title: word("signOutTitle"),
    text: word("signOutText"),
    yes: word("signOut"),
    danger: true,
  });
  if (yes === null) return;
  await orTell(client.command("session.signOut", { wipe: true }));
  go("#/", true);
}

/** The list, in the order of the palette. */
export function createCommands(around: Around): readonly Action[] {
  const { client, chats } = around;
  const inRoom = (run: (roomId: string) => void) => () => {
    const id = openRoom();
    if (id) run(id);
  };
  const hasRoom = () => openRoom() !== undefined;
  return [
    {
      id: "palette",
      icon: "search",
      label: () => word("palette"),
      shortcut: "Mod+K",
      run: () => setPaletteOpen(true),
    },
    {
      id: "search",
      icon: "search",
      label: () => word("search"),
      shortcut: "Mod+Shift+F",
      run: () => {
        if (around.phone()) go("#/");
        askSearch();
      },
    },
    {
      id: "searchChat",
      icon: "search",
      label: () => word("searchChat"),
      shortcut: "Mod+F",
      when: hasRoom,
      run: inRoom((id) => toggleSide(id, "search")),
    },
    urgentAction(),
    {
      id: "chatInfo",
      icon: "info",
      label: () => word("chatInfo"),
      shortcut: "Mod+I",
      when: hasRoom,
      run: inRoom((id) => toggleSide(id, "info")),
    },
    {
      id: "nextChat",
      icon: "down",
      label: () => word("nextChat"),
      shortcut: "Alt+ArrowDown",
      run: () => stepChat(chats(), 1, false),
    },
    {
      id: "previousChat",
      icon: "up",
      label: () => word("previousChat"),
      shortcut: "Alt+ArrowUp",
      run: () => stepChat(chats(), -1, false),
    },
    {
      id: "nextUnread",
      icon: "down",
      label: () => word("nextUnread"),
      shortcut: "Alt+Shift+ArrowDown",
      run: () => stepChat(chats(), 1, true),
    },
    {
      id: "previousUnread",
      icon: "up",
      label: () => word("previousUnread"),
      shortcut: "Alt+Shift+ArrowUp",
      run: () => stepChat(chats(), -1, true),
    },
    {
      id: "historyBack",
      icon: "back",
      label: () => word("historyBack"),
      shortcut: "Alt+ArrowLeft",
      when: mayStep,
      run: () => history.back(),
    },
    {
      id: "historyForward",
      icon: "chevronRight",
      label: () => word("historyForward"),
      shortcut: "Alt+ArrowRight",
      when: mayStep,
      run: () => history.forward(),
    },
    {
      id: "saved",
      icon: "bookmark",
      label: () => word("saved"),
      run: async () => {
        const own = await orTell(client.command("room.direct", { userId: around.me() }));
        if (own) go(chatPlace(own.roomId));
      },
    },
    {
      id: "threads",
      icon: "thread",
      label: () => word("threads"),
      run: () => go("#/threads"),
    },
    {
      id: "reminders",
      icon: "clock",
      label: () => word("reminders"),
      run: () => go("#/reminders"),
    },
    {
      id: "surveys",
      icon: "poll",
      label: () => word("surveys"),
      run: () => go("#/surveys"),
    },
    {
      id: "people",
      icon: "people",
      label: () => word("institution"),
      shortcut: "Alt+P",
      run: () => go("#/people"),
    },
    {
      id: "requests",
      icon: "inbox",
      label: () => word("requests"),
      run: () => go("#/people/requests"),
    },
    {
      id: "newDirect",
      icon: "person",
      label: () => word("newDirect"),
      shortcut: "Alt+N",
      run: () => openDialog("direct"),
    },
    {
      id: "newGroup",
      icon: "people",
      label: () => word("newGroup"),
      run: () => openDialog("group"),
    },
    {
      id: "newChannel",
      icon: "megaphone",
      label: () => word("newChannel"),
      run: () => openDialog("channel"),
    },
    {
      id: "scan",
      icon: "qr",
      label: () => word("scan"),
      run: () =>
        scanCode((text) => {
          const named = namedBy(text);
          if (named?.kind === "user") openPerson(named.id);
          else if (named) openJoin(named.id);
          return named !== undefined;
        }),
    },
    { id: "join", icon: "link", label: () => word("joinByLink"), run: () => openDialog("join") },
    {
      id: "read",
      icon: "checks",
      label: () => word("markAllRead"),
      run: () => orTell(client.command("chat.markAllRead", null)),
    },
    {
      id: "admin",
      icon: "shield",
      label: () => word("admin"),
      when: hasConsole,
      run: () => go("#/admin"),
    },
    {
      id: "settings",
      icon: "settings",
      label: () => word("settings"),
      shortcut: "Mod+,",
      run: () => go("#/settings"),
    },
    {
      id: "help",
      icon: "info",
      label: () => word("help"),
      run: () => go("#/help"),
    },
    {
      id: "shortcuts",
      icon: "keyboard",
      label: () => word("shortcuts"),
      shortcut: "Mod+/",
      run: () => setShortcutsOpen(true),
    },
    {
      id: "theme",
      icon: "moon",
      label: () => word(isDark() ? "light" : "dark"),
      run: () => setTheme(isDark() ? "light" : "dark"),
    },
    {
      id: "language",
      icon: "globe",
      label: () => word("language"),
      run: () => setLanguage(language() === "ru" ? "en" : "ru"),
    },
    {
      id: "textSize",
      icon: "text",
      label: () => word("textSize"),
      run: () => setTextSize(sizes[(sizes.indexOf(textSize()) + 1) % sizes.length] ?? "normal"),
    },
    {
      id: "lock",
      icon: "lock",
      label: () => word("lock"),
      shortcut: "Mod+Shift+L",
      when: () => !isTyping(document.activeElement),
      run: () => orTell(client.command("session.lock", null)),
    },
    {
      id: "signOut",
      icon: "leave",
      label: () => word("signOut"),
      danger: true,
      run: () => signOut(client),
    },
  ];
}

/** The same actions, those of the menu in the corner. */
export function mainMenu(commands: readonly Action[]): readonly Action[] {
  const shown = [
    "people",
    "saved",
    "threads",
    "reminders",
    "surveys",
    "newGroup",
    "newChannel",
    "theme",
    "language",
    "help",
    "shortcuts",
    "admin",
    "settings",
    "signOut",
  ];
  return shown.flatMap((id) => commands.find((action) => action.id === id) ?? []);
}

/** On a Mac these keys go a word on where text is written. */
const mayStep = () => !isMac || !isTyping(document.activeElement);

/** A window keeps the keys to itself: what it asks about must not change below it. */
const isDialogOpen = () => document.querySelector('[role="dialog"]') !== null;

/** Runs actions by their shortcuts for as long as the component lives. */
export function listenToKeys(commands: readonly Action[]): void {
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || isDialogOpen()) return;
    const question = event.key === "?" && !isTyping(event.target);
    const action = possible(commands).find(
      ({ id, shortcut }) =>
        (shortcut !== undefined && isPress(shortcut, event)) || (question && id === "shortcuts"),
    );
    if (!action) return;
    event.preventDefault();
    action.run();
  };
  window.addEventListener("keydown", press);
  onCleanup(() => window.removeEventListener("keydown", press));
}
