/** Whether there is something for somebody to be shown. */

import { type Accessor, createMemo } from "solid-js";
import { useValue } from "../../bridge/client";
import { hasConsole } from "../admin";
import { type Role, type Step, stepsFor, TOUR } from "./data";

export interface Due {
  steps: Accessor<readonly Step[]>;
  roles: Accessor<readonly Role[]>;
}

/** What is due for who is signed in; `me` is "" until that is known. */
export function createDue(me: Accessor<string>): Due {
  const stored = useValue("account", () => ({ type: TOUR }));
  const card = useValue("card", () => (me() ? { userId: me() } : undefined));
  const roles = createMemo((): Role[] => [
    ...((card()?.manages.length ?? 0) > 0 ? (["manager"] as const) : []),
    ...(hasConsole() ? (["administrator"] as const) : []),
  ]);
  return { roles, steps: createMemo(() => stepsFor(stored(), roles())) };
}
