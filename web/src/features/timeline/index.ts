/** The timeline: messages of a chat or a thread, and events in words. */

import { lazy } from "solid-js";
import "../../ui/richtext/richtext.css";
import "./view.css";

export { tellEvent, tellPreview } from "./describe";
export { nameOf, thumbnailOf } from "./items/media";
export { firstLink } from "./links";
export { toggleSide } from "./side";

/** A chat, open. */
export const ChatView = lazy(() => import("./View"));
/** A thread at the side. */
export const ThreadView = lazy(async () => ({ default: (await import("./View")).ThreadView }));
