/** The side of a chat: members, what was shared, who can read it, its settings, its search. */

export { ChatSearch } from "./ChatSearch";
export { RoomPanel } from "./RoomPanel";
