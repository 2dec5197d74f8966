import { Popover } from "@kobalte/core/popover";
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  lazy,
  on,
  onCleanup,
  Show,
  Suspense,
} from "solid-js";
import { Dynamic } from "solid-js/web";
import { isFile } from "../../base/files";
import { useClient, useValue } from "../../bridge/client";
import type { ItemRecord, RoomView } from "../../engine/records";
import { closeOnBack } from "../../ui/back";
import { IconButton } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { isLetter, isPress, isTyping } from "../../ui/keyboard";
import { MenuButton } from "../../ui/Menu";
import { createMedia, enterSends, language } from "../../ui/preferences";
import { orTell } from "../../ui/toasts";
import { NewSurvey } from "../surveys";
import { registerComposer, urgentAction } from "./commands";
import { Deputies } from "./Deputies";
import {
  emoticonsIn,
  mayBeUrgent,
  mentionedPeople,
  messageContent,
  pastedMarkdown,
  replaceToken,
  textOf,
  tokenAt,
  withCaption,
  withGroups,
  wrap,
} from "./data";
import type { Mention } from "./markdown";
import { emoticonsOf, type Pack, type Sticker, stickerContent } from "./packs";
import { Scheduled } from "./Scheduled";
import { createSuggestions, SuggestionList } from "./Suggestions";
import { type Composing, composingIn } from "./state";
import { createUsedPacks, emoticonGroups } from "./usedPacks";
import { word } from "./words";

const EmojiPicker = lazy(() => import("./EmojiPicker"));
const PackDialog = lazy(() => import("./PackDialog"));
const StickerBoard = lazy(() => import("./StickerBoard"));
const Attachments = lazy(() => import("./Attachments"));
const VoiceRecorder = lazy(() => import("./VoiceRecorder"));
const RoundRecorder = lazy(() => import("./RoundRecorder"));
const PollDialog = lazy(() => import("./PollDialog"));
const PlaceDialog = lazy(() => import("./PlaceDialog"));
const LaterDialog = lazy(() => import("./LaterDialog"));

const formats: readonly [string, string][] = [
  ["Mod+B", "**"],
  ["Mod+I", "*"],
  ["Mod+Shift+X", "~~"],
  ["Mod+E", "`"],
];

/** What lies above the page and takes keys for itself. */
const LAYERS = '[role="dialog"], [role="menu"], [role="listbox"]';

/** The field in which messages are written. */
export function Composer(props: {
  room: RoomView;
  threadId?: string | undefined;
  /** Arrow Up in an empty field. */
  onEditLast: () => void;
  /** Escape with nothing to cancel. */
  onEscape: () => void;
  onSent: () => void;
}) {
  const client = useClient();
  const composing = createMemo(() => composingIn(props.room.id, props.threadId));
  const where = () => ({
    roomId: props.room.id,
    ...(props.threadId ? { threadId: props.threadId } : {}),
  });
  const touch = createMedia("(pointer: coarse)");
  const [caret, setCaret] = createSignal(0);
  const [emojiOpen, setEmojiOpen] = createSignal(false);
  closeOnBack(emojiOpen, () => setEmojiOpen(false));
  const [pack, setPack] = createSignal<Pack>();
  const [board, setBoard] = createSignal<"emoji" | "stickers">("emoji");
  const [recording, setRecording] = createSignal<"voice" | "round">();
  const [dialog, setDialog] = createSignal<"poll" | "survey" | "later" | "place">();
  const [alsoChat, setAlsoChat] = createSignal(false);
  let field!: HTMLTextAreaElement;
  let picker!: HTMLInputElement;

  const setText = (text: string, at = text.length) => {
    composing().setText(text);
    field.value = text;
    field.setSelectionRange(at, at);
    setCaret(at);
    grow();
  };
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  };
  /** Puts `sign` at the caret, or in the place of what is selected. */
  const insert = (sign: string) => {
    const at = field.selectionStart;
    const text = composing().text();
    setText(text.slice(0, at) + sign + text.slice(field.selectionEnd), at + sign.length);
  };
  const addMention = (mention: Mention) =>
    composing().setMentions([
      ...composing()
        .mentions()
        .filter((other) => JSON.stringify(other) !== JSON.stringify(mention)),
      mention,
    ]);

  keepDraft();
  tellTyping();
  createEffect(on(() => composing().text(), grow));
  // What was begun in one chat does not end in another.
  createEffect(
    on(
      composing,
      () => {
        setRecording(undefined);
        setPack(undefined);
        setDialog(undefined);
        setEmojiOpen(false);
        setAlsoChat(false);
      },
      { defer: true },
    ),
  );

  const session = useValue("session", () => null);
  const me = () => {
    const view = session();
    return view?.phase === "signedIn" ? view.userId : "";
  };
  const card = useValue("card", () => (me() ? { userId: me() } : undefined));
  const urgent = urgentAction();
  const use = registerComposer({
    composing,
    mayBeUrgent: () => mayBeUrgent(card(), props.room),
  });

  const packs = createUsedPacks(() => props.room, "emoticon");
  const emoticons = createMemo(() => emoticonsOf(packs.list()));
  const suggestions = createSuggestions({
    room: () => props.room,
    emoticons,
    token: () => tokenAt(composing().text(), caret()),
    choose: (token, suggestion) => {
      if (suggestion.mention) addMention(suggestion.mention);
      const next = replaceToken(composing().text(), field.selectionStart, token, suggestion.insert);
      setText(next.text, next.caret);
      field.focus();
    },
  });

  /** Loads the stored draft, follows it from other devices, and stores what is typed. */
  function keepDraft(): void {
    const draft = useValue("draft", where);
    createEffect(
      on(composing, (state) => {
        const place = where();
        onCleanup(() => storeDraft(state, place));
      }),
    );
    createEffect(
      on(draft, (given) => {
        const state = composing();
        if (given === undefined || state.edit() || state.text() !== state.saved) return;
        state.saved = given?.text ?? "";
        if (state.saved !== state.text()) setText(state.saved);
      }),
    );
    createEffect(
      on(
        () => composing().text(),
        (text) => {
          const state = composing();
          const place = where();
          const timer = setTimeout(() => storeDraft(state, place), text ? 700 : 0);
          onCleanup(() => clearTimeout(timer));
        },
        { defer: true },
      ),
    );
  }

  function storeDraft(state: Composing, place: { roomId: string; threadId?: string }): void {
    const text = state.draft();
    if (text === state.saved) return;
    state.saved = text;
    const replyTo = state.reply()?.eventId;
    const draft = text ? { text, ...(replyTo ? { replyTo } : {}) } : null;
    client.command("draft.set", { ...place, draft });
  }

  function tellTyping(): void {
    let told = false;
    // Known by itself: when the chat closes, its room can no longer be asked for.
    const roomId = props.room.id;
    const tellIt = (typing: boolean) => {
      if (typing === told) return;
      told = typing;
      client.command("typing", { roomId, typing });
    };
    createEffect(
      on(
        () => composing().text(),
        (text) => {
          if (composing().edit()) return;
          tellIt(text.length > 0);
          const timer = setTimeout(() => tellIt(false), 8000);
          onCleanup(() => clearTimeout(timer));
        },
        { defer: true },
      ),
    );
    onCleanup(() => tellIt(false));
  }

  createEffect(
    on(
      () => composing().focusAsked(),
      () => field.focus(),
      { defer: true },
    ),
  );

  /** With a keyboard at hand, what is typed goes into the field, wherever the focus is. */
  const takeFocus = () => {
    if (!touch() && !document.querySelector(LAYERS)) field?.focus({ preventScroll: true });
  };
  createEffect(
    on(composing, () => {
      // A window that closes gives the focus back first.
      const frame = requestAnimationFrame(takeFocus);
      onCleanup(() => cancelAnimationFrame(frame));
    }),
  );
  const typedBeside = (event: KeyboardEvent) => {
    if (props.threadId === undefined && isLetter(event) && !isTyping(event.target)) takeFocus();
  };
  window.addEventListener("keydown", typedBeside);
  onCleanup(() => window.removeEventListener("keydown", typedBeside));

  const cancel = () => {
    if (composing().urgent() && !composing().edit()) composing().setUrgent(false);
    else if (composing().edit()) composing().setEdit(undefined);
    else if (composing().reply()) composing().setReply(undefined);
    else return false;
    return true;
  };

  /** What the text says, as content. Pictures that a message had stay in it. */
  const written = (text: string, replyTo: string | undefined) => {
    const before = emoticonsIn(composing().edit()?.content);
    return messageContent(text, called(), replyTo, new Map([...before, ...emoticons()]));
  };
  const called = () => withGroups(composing().mentions(), props.room.mentionGroups);
  const saveEdit = async (edited: ItemRecord, text: string) => {
    const isCaption = isFile(edited.content);
    if (!text && !isCaption) return;
    const said = written(text, undefined);
    const content = isCaption ? withCaption(edited.content, text ? said : undefined) : said;
    composing().setEdit(undefined);
    composing().setReply(undefined);
    const { eventId } = edited;
    if (eventId)
      await orTell(client.command("send.edit", { roomId: props.room.id, eventId, content }));
  };
  const named = createMemo(() => mentionedPeople(composing().text(), composing().mentions()));
  const mentionToo = (mention: Mention) => {
    addMention(mention);
    setText(`${composing().text().trimEnd()} @${mention.name} `);
    field.focus();
  };
  const send = async () => {
    const text = composing().text().trim();
    const edited = composing().edit();
    if (edited) return saveEdit(edited, text);
    if (!text) return;
    const state = composing();
    const urgently = state.urgent();
    const content = written(text, state.reply()?.eventId);
    const forChat = props.threadId && alsoChat() ? written(text, props.threadId) : undefined;
    setText("");
    state.setMentions([]);
    state.setUrgent(false);
    state.setReply(undefined);
    props.onSent();
    const type = "m.room.message";
    await orTell(client.command("send.event", { ...where(), type, content, urgent: urgently }));
    if (forChat)
      await orTell(client.command("send.event", { roomId: props.room.id, type, content: forChat }));
  };

  /** The board closes: it would hold the focus. */
  const changePack = (chosen: Pack) => {
    setEmojiOpen(false);
    setPack(chosen);
  };
  const sendSticker = (sticker: Sticker) => {
    setEmojiOpen(false);
    const content = stickerContent(sticker);
    orTell(client.command("send.event", { ...where(), type: "m.sticker", content }));
    props.onSent();
  };

  const format = (sign: string) => {
    const next = wrap(composing().text(), field.selectionStart, field.selectionEnd, sign);
    setText(next.text);
    field.setSelectionRange(next.from, next.to);
  };
  const makeLink = () => {
    const { selectionStart: from, selectionEnd: to } = field;
    const text = composing().text();
    const label = text.slice(from, to);
    setText(
      `${text.slice(0, from)}[${label}](https://)${text.slice(to)}`,
      from + label.length + 11,
    );
  };

  const isSend = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.altKey) return false;
    if (event.ctrlKey || event.metaKey) return true;
    return enterSends() && !touch();
  };
  const press = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (suggestions.press(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const formatted = formats.find(([keys]) => isPress(keys, event));
    if (isSend(event)) send();
    else if (formatted) format(formatted[1]);
    else if (isPress("Mod+Shift+L", event)) makeLink();
    else if (event.key === "ArrowUp" && !composing().text() && !event.altKey && !event.ctrlKey)
      props.onEditLast();
    else if (event.key === "Escape") {
      if (!cancel()) props.onEscape();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  let plainPaste = false;
  const paste = (event: ClipboardEvent) => {
    const data = event.clipboardData;
    if (!data) return;
    if (data.files.length > 0) {
      event.preventDefault();
      composing().addFiles([...data.files]);
      return;
    }
    const text = plainPaste ? undefined : pastedMarkdown(data.getData("text/html"));
    plainPaste = false;
    if (text === undefined) return;
    event.preventDefault();
    const { selectionStart: from, selectionEnd: to } = field;
    const before = composing().text();
    setText(before.slice(0, from) + text + before.slice(to), from + text.length);
  };

  const attach = () => [
    {
      id: "file",
      icon: "file" as const,
      label: () => word("attachFile"),
      run: () => picker.click(),
    },
    {
      id: "poll",
      icon: "poll" as const,
      label: () => word("attachPoll"),
      run: () => setDialog("poll"),
    },
    {
      id: "survey",
      icon: "list" as const,
      label: () => word("attachSurvey"),
      run: () => setDialog("survey"),
    },
    {
      id: "round",
      icon: "camera" as const,
      label: () => word("round"),
      run: () => setRecording("round"),
    },
    {
      id: "place",
      icon: "location" as const,
      label: () => word("attachLocation"),
      run: () => setDialog("place"),
    },
    {
      id: "later",
      icon: "clock" as const,
      label: () => word("attachLater"),
      when: () => props.threadId === undefined && composing().text().trim() !== "",
      run: () => setDialog("later"),
    },
    { ...urgent, apart: true },
  ];
  const hint = () => (props.threadId ? word("placeholderThread") : word("placeholder"));

  return (
    <div class="composer" onFocusIn={use}>
      <Show when={composing().urgent() && !composing().edit()}>
        <div class="composer-target urgent" role="status">
          <Icon name="warning" />
          <span class="composer-target-text">
            <strong>{word("urgentOn")}</strong>
            <span>{word("urgentNote")}</span>
          </span>
          <IconButton
            icon="close"
            label={word("urgentOff")}
            shortcut="Escape"
            onClick={() => composing().setUrgent(false)}
          />
        </div>
      </Show>
      <Show when={composing().edit() ?? composing().reply()}>
        <div class="composer-target">
          <Icon name={composing().edit() ? "edit" : "reply"} />
          <span class="composer-target-text">
            <strong class="ellipsis">
              {composing().edit()
                ? word("editing")
                : word("replyTo", { name: composing().reply()?.senderName ?? "" })}
            </strong>
            <span class="ellipsis">
              {composing().edit()
                ? textOf(composing().edit()?.content ?? {})
                : composing().reply()?.text}
            </span>
          </span>
          <IconButton
            icon="close"
            label={composing().edit() ? word("cancelEdit") : word("cancelReply")}
            shortcut="Escape"
            onClick={cancel}
          />
        </div>
      </Show>
      <Show when={props.room.encrypted && !composing().edit()}>
        <Deputies room={props.room} me={card()?.id} mentioned={named()} onMention={mentionToo} />
      </Show>
      <Show when={!props.threadId}>
        <Scheduled roomId={props.room.id} />
      </Show>
      <Show when={suggestions.list().length > 0}>
        <SuggestionList of={suggestions} />
      </Show>
      <Show
        when={!recording()}
        fallback={
          <Suspense>
            <Dynamic
              component={recording() === "round" ? RoundRecorder : VoiceRecorder}
              where={where()}
              urgent={composing().urgent()}
              onClose={() => setRecording(undefined)}
              onSent={() => {
                composing().setUrgent(false);
                props.onSent();
              }}
            />
          </Suspense>
        }
      >
        <div class="composer-line">
          <MenuButton label={word("attach")} icon="attach" actions={attach} />
          <textarea
            ref={field}
            class="composer-field"
            rows={1}
            placeholder={hint()}
            aria-label={hint()}
            aria-autocomplete="list"
            aria-controls={suggestions.list().length > 0 ? suggestions.id : undefined}
            aria-activedescendant={suggestions.activeId()}
            lang={language()}
            value={composing().text()}
            onInput={(event) => {
              composing().setText(event.currentTarget.value);
              setCaret(event.currentTarget.selectionStart);
              grow();
            }}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
            onKeyDown={(event) => {
              plainPaste = isPress("Mod+Shift+V", event);
              press(event);
            }}
            onPaste={paste}
            onBlur={() => suggestions.dismiss()}
          />
          <Popover open={emojiOpen()} onOpenChange={setEmojiOpen} gutter={8} placement="top-end">
            <Popover.Trigger
              class="icon-button"
              aria-label={word("emoji")}
              data-tip={word("emoji")}
            >
              <Icon name="smile" />
            </Popover.Trigger>
            <Popover.Portal>
              <Popover.Content class="popover" aria-label={word("emoji")}>
                <div class="board-tabs" role="tablist" aria-label={word("emoji")}>
                  <For each={["emoji", "stickers"] as const}>
                    {(one) => (
                      <button
                        type="button"
                        role="tab"
                        aria-selected={board() === one}
                        onClick={() => setBoard(one)}
                      >
                        {word(one)}
                      </button>
                    )}
                  </For>
                </div>
                <Suspense fallback={<div class="emoji-picker" />}>
                  <Show
                    when={board() === "emoji"}
                    fallback={
                      <StickerBoard room={props.room} onPick={sendSticker} onChange={changePack} />
                    }
                  >
                    <EmojiPicker
                      packs={emoticonGroups(packs.list(), props.room)}
                      onPick={insert}
                      onPicture={({ code }) => insert(`:${code}:`)}
                    />
                  </Show>
                </Suspense>
              </Popover.Content>
            </Popover.Portal>
          </Popover>
          <Show
            when={composing().text().trim() !== "" || composing().edit()}
            fallback={
              <IconButton
                icon="mic"
                label={word("voice")}
                // It stands where the message was sent from: a second click means no recording.
                onClick={(event) => event.detail < 2 && setRecording("voice")}
              />
            }
          >
            <IconButton
              icon={composing().edit() ? "check" : "send"}
              class={
                composing().urgent() && !composing().edit()
                  ? "composer-send urgent"
                  : "composer-send"
              }
              label={
                composing().edit()
                  ? word("saveEdit")
                  : word(composing().urgent() ? "sendUrgent" : "send")
              }
              shortcut={enterSends() ? "Enter" : "Mod+Enter"}
              onPointerDown={(event) => event.preventDefault()}
              onClick={send}
            />
          </Show>
        </div>
      </Show>
      <Show when={props.threadId}>
        <label class="also-chat">
          <input
            type="checkbox"
            checked={alsoChat()}
            onChange={(event) => setAlsoChat(event.currentTarget.checked)}
          />
          {word("alsoChat")}
        </label>
      </Show>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          composing().addFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <Suspense>
        <Show when={composing().files().length > 0}>
          <Attachments
            composing={composing()}
            caption={(text) => written(text, undefined)}
            where={where()}
            onSent={props.onSent}
          />
        </Show>
        <Show when={pack()}>
          {(chosen) => (
            <PackDialog pack={chosen()} roomId={props.room.id} onClose={() => setPack(undefined)} />
          )}
        </Show>
        <Show when={dialog() === "survey"}>
          <NewSurvey where={where()} onClose={() => setDialog(undefined)} />
        </Show>
        <Show when={dialog() === "poll"}>
          <PollDialog where={where()} onClose={() => setDialog(undefined)} />
        </Show>
        <Show when={dialog() === "place"}>
          <PlaceDialog
            room={props.room}
            me={me()}
            where={where()}
            onSent={props.onSent}
            onClose={() => setDialog(undefined)}
          />
        </Show>
        <Show when={dialog() === "later"}>
          <LaterDialog
            roomId={props.room.id}
            urgent={composing().urgent()}
            content={written(composing().text(), composing().reply()?.eventId)}
            onDone={() => {
              composing().setReply(undefined);
              composing().setUrgent(false);
              setText("");
            }}
            onClose={() => setDialog(undefined)}
          />
        </Show>
      </Suspense>
    </div>
  );
}
