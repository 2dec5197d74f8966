/** The console of those who keep the institution: seen only by who has a right. */

import { lazy } from "solid-js";

export { hasConsole, loadMe } from "./rights";

export const AdminView = lazy(async () => ({ default: (await import("./AdminView")).AdminView }));
