/** What is being written in each chat and thread, while the page is open. */

import { type Accessor, batch, createRoot, createSignal } from "solid-js";
import type { ItemRecord } from "../../engine/records";
import { mentionsIn, textOf } from "./data";
import type { Mention } from "./markdown";

/** Whom the text answers, as it is shown above the field. */
export interface Target {
  eventId: string;
  senderName: string;
  text: string;
}

export interface Composing {
  /** The text as the stored draft has it; what differs is yet to be stored. */
  saved: string;
  text: Accessor<string>;
  setText: (text: string) => void;
  mentions: Accessor<readonly Mention[]>;
  setMentions: (mentions: readonly Mention[]) => void;
  reply: Accessor<Target | undefined>;
  setReply: (target: Target | undefined) => void;
  edit: Accessor<ItemRecord | undefined>;
  /** Puts a message's text in the place of what is being written, and undefined gives it back. */
  setEdit: (item: ItemRecord | undefined) => void;
  /** Whether the next message is to be marked as urgent. */
  urgent: Accessor<boolean>;
  setUrgent: (urgent: boolean) => void;
  /** What is being written anew, also while a message is being changed. */
  draft: () => string;
  files: Accessor<readonly File[]>;
  addFiles: (files: readonly File[]) => void;
  setFiles: (files: readonly File[]) => void;
  /** Changes when the field is to take the focus. */
  focusAsked: Accessor<number>;
  askFocus: () => void;
}

/** At most this many files leave together. */
export const MOST_FILES = 50;

const states = new Map<string, Composing>();

function create(): Composing {
  const [text, setText] = createSignal("");
  const [mentions, setMentions] = createSignal<readonly Mention[]>([]);
  const [reply, setReply] = createSignal<Target>();
  const [edit, setItem] = createSignal<ItemRecord>();
  const [urgent, setUrgent] = createSignal(false);
  const [files, setFiles] = createSignal<readonly File[]>([]);
  const [focusAsked, setFocusAsked] = createSignal(0);
  let before = { text: "", mentions: mentions() };
  const setEdit = (item: ItemRecord | undefined) =>
    batch(() => {
      if (item && !edit()) before = { text: text(), mentions: mentions() };
      if (item) {
        setText(textOf(item.content));
        setMentions(mentionsIn(item.content));
      } else if (edit()) {
        setText(before.text);
        setMentions(before.mentions);
      }
      setItem(item);
    });
  return {
    saved: "",
    text,
    setText,
    mentions,
    setMentions,
    reply,
    setReply,
    edit,
    setEdit,
    urgent,
    setUrgent,
    draft: () => (edit() ? before.text : text()),
    files,
    setFiles,
    addFiles: (more) => setFiles((all) => [...all, ...more].slice(0, MOST_FILES)),
    focusAsked,
    askFocus: () => setFocusAsked((times) => times + 1),
  };
}

/** Where a page that begins anew, as for an update, finds what the one before it had not stored. */
const UNSTORED = "depesha.unstored";

const unstored = new Map<string, string>(
  JSON.parse((typeof window !== "undefined" && sessionStorage.getItem(UNSTORED)) || "[]"),
);

if (typeof window !== "undefined")
  window.addEventListener("pagehide", () => {
    const left = new Map(unstored);
    for (const [key, state] of states) {
      if (state.draft() !== state.saved) left.set(key, state.draft());
      else left.delete(key);
    }
    sessionStorage.setItem(UNSTORED, JSON.stringify([...left]));
  });

/** What is being written in a chat, or in a thread of it. */
export function composingIn(roomId: string, threadId?: string): Composing {
  const key = threadId ? `${roomId} ${threadId}` : roomId;
  let state = states.get(key);
  if (!state) {
    state = createRoot(create);
    state.setText(unstored.get(key) ?? "");
    unstored.delete(key);
    states.set(key, state);
  }
  return state;
}
