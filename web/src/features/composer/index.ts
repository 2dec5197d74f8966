/** The composer: text, mentions, files, voice, polls; and the board of emoji. */

import { lazy } from "solid-js";
import "./view.css";

export { Composer } from "./Composer";
export { urgentAction } from "./commands";
export { recentEmoji, useEmoji } from "./emoji";
export { LiveBar } from "./LiveBar";
export { createSharing, stopSharing } from "./live";
export { type Composing, composingIn } from "./state";
export { createUsedPacks, emoticonGroups } from "./usedPacks";

/** The board of emoji, loaded when shown. */
export const EmojiBoard = lazy(() => import("./EmojiPicker"));
