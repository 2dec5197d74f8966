/** The first-run tour: a few cards that stand in nobody's way, seen once by a person. */

import { lazy } from "solid-js";

export { createDue } from "./due";

export const Tour = lazy(() => import("./View"));
