/** A map of the world without anybody being asked: places are shown on it, and chosen. */

import { lazy } from "solid-js";
import "./view.css";

export { MapPicture } from "./MapPicture";
export type { Pin } from "./pins";

/** Places on a map in a window, and what they are. */
export const MapDialog = lazy(() => import("./MapDialog"));
/** A map on which a place is chosen. */
export const MapField = lazy(() => import("./MapField"));
