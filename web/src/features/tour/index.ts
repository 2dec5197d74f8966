/** The first-run tour: a few cards that stand in nobody's way, seen once by a person. */

import { lazy } from "solid-js";

export { isDue, TOUR } from "./data";

export const Tour = lazy(() => import("./View"));
