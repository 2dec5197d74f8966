/** The composer: text, mentions, files, voice, polls; and the board of emoji. */

import "./view.css";

export { Composer } from "./Composer";
export { recentEmoji, useEmoji } from "./emoji";
export { type Composing, composingIn } from "./state";
