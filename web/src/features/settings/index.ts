/** Settings of the person and of this device, and verification. */

import { lazy } from "solid-js";

export const SettingsView = lazy(async () => ({ default: (await import("./View")).SettingsView }));
export const Verification = lazy(() => import("./Verification"));
