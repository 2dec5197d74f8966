import {
  type Accessor,
  createEffect,
  createMemo,
  createSignal,
  createUniqueId,
  For,
  Match,
  on,
  Show,
  Switch,
} from "solid-js";
import { match } from "../../base/fuzzy";
import { useClient, useList, useValue } from "../../bridge/client";
import type { MemberRecord, RoomView } from "../../engine/records";
import { Icon, type IconName } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { Face, findChats, findUnits, reached } from "../people";
import { findMembers, findNamed, type Token } from "./data";
import { type Emoji, findEmoji, loadEmoji, useEmoji } from "./emoji";
import type { Mention } from "./markdown";
import { findEmoticons, type Sticker } from "./packs";
import { StickerPicture } from "./StickerPicture";
import { word } from "./words";

export interface Suggestion {
  key: string;
  title: string;
  note?: string;
  symbol?: string;
  /** Address of a picture of a pack. */
  picture?: string;
  icon?: IconName;
  face?: { id: string; name: string; avatar?: string | undefined };
  /** What takes the place of the token. */
  insert: string;
  mention?: Mention;
}

export interface Suggestions {
  id: string;
  list: Accessor<readonly Suggestion[]>;
  active: Accessor<number>;
  activeId: Accessor<string | undefined>;
  choose: (index: number) => void;
  dismiss: () => void;
  /** Whether the press was for the suggestions. */
  press: (event: KeyboardEvent) => boolean;
}

/** Suggestions for the token at the caret: people, chats, emoji, commands. */
export function createSuggestions(options: {
  room: Accessor<RoomView>;
  emoticons: Accessor<ReadonlyMap<string, Sticker>>;
  token: Accessor<Token | undefined>;
  choose: (token: Token, suggestion: Suggestion) => void;
}): Suggestions {
  const id = createUniqueId();
  const [dismissed, setDismissed] = createSignal<string>();
  const [active, setActive] = createSignal(0);
  const token = createMemo(() => {
    const found = options.token();
    return found && keyOf(found) !== dismissed() ? found : undefined;
  });
  const kind = createMemo(() => token()?.kind);
  const members = useList("members", () =>
    kind() === "@" ? { roomId: options.room().id } : undefined,
  );
  const reach = createReach(options.room, () => kind() === "@");
  const chats = useList("chats", () => (kind() === "#" ? null : undefined));
  // Not a resource: while one loads, the whole chat would give way to what waits for it.
  const [emoji, setEmoji] = createSignal<readonly Emoji[]>([]);
  createEffect(() => {
    if (kind() === ":") loadEmoji(language()).then(setEmoji);
  });

  const people = (query: string): Suggestion[] => {
    const found = findMembers(
      members.order().flatMap((one) => members.row(one) ?? []),
      query,
      8,
    );
    const count = options.room().memberCount;
    const all: Suggestion[] =
      options.room().may.notifyAll && match(query || "все", `${word("everyone")} все room all`) > 0
        ? [
            {
              key: "@room",
              title: word("everyone"),
              note: word("everyoneCount", { who: word("reaches", { count }) }),
              symbol: "@",
              insert: language() === "ru" ? "@все " : "@all ",
            },
          ]
        : [];
    return [
      ...found.map((member) => ({
        key: member.id,
        title: member.name,
        note: member.id,
        face: member,
        insert: `@${member.name} `,
        mention: { name: member.name, userId: member.id },
      })),
      ...all,
      ...reach(
        query,
        members.order().flatMap((one) => members.row(one) ?? []),
      ),
    ];
  };
  const rooms = (query: string): Suggestion[] =>
    findChats(
      chats.order().flatMap((one) => chats.row(one) ?? []),
      query,
    )
      .filter((chat) => chat.kind !== "direct" && chat.kind !== "self")
      .slice(0, 8)
      .map((chat) => ({
        key: chat.id,
        title: chat.name,
        face: chat,
        insert: `[${chat.name}](https://matrix.to/#/${encodeURIComponent(chat.id)}) `,
      }));
  const commands = (query: string): Suggestion[] =>
    [
      { key: "me", title: "/me", note: word("me"), insert: "/me " },
      { key: "plain", title: "/plain", note: word("plain"), insert: "/plain " },
    ].filter(({ key }) => key.startsWith(query.toLowerCase()));

  const list = createMemo<readonly Suggestion[]>(() => {
    const asked = token();
    if (asked?.kind === "@") return people(asked.query);
    if (asked?.kind === "#") return rooms(asked.query);
    if (asked?.kind === "/") return commands(asked.query);
    if (asked?.kind !== ":") return [];
    const pictures = findEmoticons(options.emoticons(), asked.query, 6);
    return [
      ...pictures.map(({ code, url }) => ({
        key: `:${code}:`,
        title: `:${code}:`,
        picture: url,
        insert: `:${code}: `,
      })),
      ...findEmoji(emoji(), asked.query, 8 - pictures.length).map((one) => ({
        key: one.symbol,
        title: one.label,
        symbol: one.symbol,
        insert: one.symbol,
      })),
    ];
  });
  createEffect(on(list, () => setActive(0)));
  createEffect(() =>
    document.getElementById(activeId() ?? "")?.scrollIntoView({ block: "nearest" }),
  );

  function activeId(): string | undefined {
    return list().length > 0 ? `${id}-${active()}` : undefined;
  }
  const choose = (index: number) => {
    const asked = token();
    const suggestion = list()[index];
    if (!asked || !suggestion) return;
    if (asked.kind === ":" && suggestion.symbol) useEmoji(suggestion.symbol);
    options.choose(asked, suggestion);
  };
  const dismiss = () => {
    const asked = token();
    if (asked) setDismissed(keyOf(asked));
  };
  const press = (event: KeyboardEvent) => {
    const count = list().length;
    if (count === 0 || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "ArrowDown") setActive((active() + 1) % count);
    else if (event.key === "ArrowUp") setActive((active() + count - 1) % count);
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) choose(active());
    else if (event.key === "Escape") dismiss();
    else return false;
    return true;
  };
  return {
    id,
    list,
    active,
    activeId,
    choose,
    dismiss,
    press,
  };
}

const known = new Map<string, ReadonlyMap<number, number>>();
const MOST_NAMED = 6;

/** Groups of the chat and units with people in it, by a query, with how many each reaches. */
function createReach(room: Accessor<RoomView>, isAsked: Accessor<boolean>) {
  const client = useClient();
  const isGroup = () => room().kind === "group" || room().kind === "channel";
  const institution = useValue("institution", () => (isAsked() && isGroup() ? null : undefined));
  const hasUnits = () => (institution()?.units.length ?? 0) > 0;
  const [counts, setCounts] = createSignal<ReadonlyMap<number, number>>(new Map());
  createEffect(() => {
    const { id } = room();
    if (!isAsked() || !hasUnits()) return;
    setCounts(known.get(id) ?? new Map());
    const path = `/_depesha/v1/rooms/${encodeURIComponent(id)}/mentions`;
    client.command("own.call", { method: "GET", path }).then((answer) => {
      if (!answer.ok) return;
      const { units } = answer.value.body as { units: { unit_id: number; count: number }[] };
      known.set(id, new Map(units.map((unit) => [unit.unit_id, unit.count])));
      if (room().id === id) setCounts(known.get(id) ?? new Map());
    });
  });
  const groups = (query: string, members: readonly MemberRecord[]): Suggestion[] =>
    findNamed(room().mentionGroups, query).map((group) => ({
      key: `group/${group.name}`,
      title: group.name,
      note: word("groupMention", { who: word("reaches", { count: reached(group, members) }) }),
      icon: "at",
      insert: `@${group.name} `,
      mention: { name: group.name, group: true },
    }));
  const units = (query: string): Suggestion[] =>
    findUnits(
      (institution()?.units ?? []).filter((unit) => counts().has(unit.id)),
      query,
    ).map((unit) => ({
      key: `unit/${unit.id}`,
      title: unit.name,
      note: word("unitMention", { who: word("reaches", { count: counts().get(unit.id) ?? 0 }) }),
      icon: "people",
      insert: `@${unit.name} `,
      mention: { name: unit.name, unit: unit.id },
    }));
  return (query: string, members: readonly MemberRecord[]): Suggestion[] =>
    isGroup()
      ? [...groups(query, members).slice(0, MOST_NAMED), ...units(query).slice(0, MOST_NAMED)]
      : [];
}

function keyOf(token: Token): string {
  return `${token.kind}${token.start}`;
}

/** The list above the field. */
export function SuggestionList(props: { of: Suggestions }) {
  return (
    <div
      class="suggestions"
      role="listbox"
      id={props.of.id}
      aria-label={word("suggestions")}
      tabIndex={0}
    >
      <For each={props.of.list()}>
        {(suggestion, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus (aria-activedescendant)
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
          <div
            id={`${props.of.id}-${index()}`}
            role="option"
            aria-selected={props.of.active() === index()}
            class="suggestion"
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => props.of.choose(index())}
          >
            <Show
              when={suggestion.face}
              fallback={
                <span class="suggestion-symbol">
                  <Switch fallback={suggestion.symbol ?? "/"}>
                    <Match when={suggestion.icon}>{(icon) => <Icon name={icon()} />}</Match>
                    <Match when={suggestion.picture}>
                      {(url) => <StickerPicture url={url()} />}
                    </Match>
                  </Switch>
                </span>
              }
            >
              {(face) => <Face id={face().id} name={face().name} avatar={face().avatar} size="s" />}
            </Show>
            <span class="ellipsis">{suggestion.title}</span>
            <small class="ellipsis">{suggestion.note}</small>
          </div>
        )}
      </For>
    </div>
  );
}
