/** What every part of an open chat knows: the room, who I am, and what can be asked of the list. */

import { type Accessor, createContext, useContext } from "solid-js";
import type { ItemRecord, RoomView } from "../../engine/records";
import type { Composing } from "../composer";

export interface Conversation {
  room: Accessor<RoomView>;
  me: Accessor<string>;
  threadId: string | undefined;
  composing: Accessor<Composing>;
  /** Items of the loaded page, oldest first. */
  items: Accessor<readonly ItemRecord[]>;
  /** Goes to a message, here or by opening the page around it; `from` can be gone back to. */
  jump: (eventId: string, from?: string) => void;
  /** What is in view stays there, though what is below grows. */
  stay: () => void;
  isRead: (item: ItemRecord) => boolean;
  nameOf: (userId: string) => string;
  selected: Accessor<ReadonlySet<string>>;
  setSelected: (ids: ReadonlySet<string>) => void;
  openViewer: (itemId: string) => void;
  openDocument: (item: ItemRecord) => void;
  openForward: (items: readonly ItemRecord[]) => void;
  openRemind: (item: ItemRecord) => void;
  openSource: (item: ItemRecord) => void;
  openReactions: (item: ItemRecord) => void;
  /** Shows whom an urgent message has reached. */
  openReached: (item: ItemRecord) => void;
}

export const ConversationContext = createContext<Conversation>();

/** The conversation around this component. */
export function useConversation(): Conversation {
  const conversation = useContext(ConversationContext);
  if (!conversation) throw new Error("No conversation above this component");
  return conversation;
}

/** Whether messages of this chat stand at two sides with faces: not so between two people. */
export function hasFaces(room: RoomView): boolean {
  return room.kind !== "direct" && room.kind !== "self";
}
