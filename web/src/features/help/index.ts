/** The guide for people, read inside of the application. */

import { lazy } from "solid-js";

export const HelpView = lazy(() => import("./View"));
