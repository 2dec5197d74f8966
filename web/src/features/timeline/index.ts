/** The timeline: messages of a chat or a thread, and events in words. */

import { lazy } from "solid-js";
import "../../ui/richtext/richtext.css";
import "./view.css";

export { acknowledge } from "./commands";
export { isShown } from "./data";
export { tellAlbum, tellEvent, tellPreview } from "./describe";
export { fileOf, hasCaption, nameOf, saveFile, thumbnailOf } from "./items/media";
export { firstLink, parseMatrixLink } from "./links";
export { toggleSide } from "./side";
export { tellUrgent } from "./tellUrgent";

/** A chat, open. */
export const ChatView = lazy(() => import("./View"));
/** All threads in one place. */
export const Threads = lazy(() => import("./Threads"));
/** All reminders in one place. */
export const Reminders = lazy(() => import("./Reminders"));
/** A thread at the side. */
export const ThreadView = lazy(async () => ({ default: (await import("./View")).ThreadView }));
