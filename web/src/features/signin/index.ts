/** The way in: signing in, registering, the lock, and the recovery key. */

import { lazy } from "solid-js";

export const SignInView = lazy(() => import("./View"));
export const KeyReminder = lazy(() => import("./SetUp"));
export const NewKey = lazy(async () => ({ default: (await import("./SetUp")).NewKey }));
export const Recover = lazy(async () => ({ default: (await import("./SetUp")).Recover }));
