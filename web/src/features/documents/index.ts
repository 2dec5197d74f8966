/** Previews of PDF and office documents, made in this tab: no server sees what is inside. */

import { lazy } from "solid-js";

export { documentKind } from "./data";

export const DocumentViewer = lazy(() => import("./DocumentViewer"));
