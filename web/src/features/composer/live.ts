/** Sharing where one is, from this browser: begun in a chat, told of while it lasts, ended. */

import { createEffect, createMemo, on, onCleanup } from "solid-js";
import { geoUri, type Spot } from "../../base/spot";
import { type Client, useClient, useValue } from "../../bridge/client";
import type { Content } from "../../engine/records";
import { now } from "../../ui/now";
import { createPreference } from "../../ui/preferences";
import { orTell, tell } from "../../ui/toasts";
import { isWorth } from "./place";
import { word } from "./words";

/** Minutes. */
export const DURATIONS = [15, 60, 480] as const;
const LOOK_MS = 3_000;
const TS = "org.matrix.msc3488.ts";
const LOCK = "depesha-place";

export interface Sharing {
  roomId: string;
  /** What places are told of. */
  eventId: string;
  userId: string;
  since: number;
  until: number;
}

/** Kept, so that a page loaded anew goes on, and another tab can end it. */
const [kept, setKept] = createPreference<readonly string[]>("sharing", []);

const sharings = (): Sharing[] => kept().map((one) => JSON.parse(one) as Sharing);
const keep = (next: readonly Sharing[]) => setKept(next.map((one) => JSON.stringify(one)));

/** Where this device is now; undefined where the browser does not say. */
export function ask(): Promise<Spot | undefined> {
  return new Promise((done) =>
    navigator.geolocation.getCurrentPosition(
      (found) => done(spotOf(found)),
      () => done(undefined),
    ),
  );
}

const spotOf = ({ coords }: GeolocationPosition): Spot => ({
  lat: coords.latitude,
  lon: coords.longitude,
  accuracy: coords.accuracy,
});

/** Begins to share where one is; false where the browser or the chat does not allow it. */
export async function share(
  client: Client,
  { userId, roomId, minutes }: { userId: string; roomId: string; minutes: number },
): Promise<boolean> {
  const spot = await ask();
  if (!spot) {
    tell(word("locationFailed"));
    return false;
  }
  const timeout = minutes * 60_000;
  const since = Date.now();
  const begun = await orTell(client.command("place.start", { roomId, since, timeout }));
  if (!begun) return false;
  const { eventId } = begun;
  await orTell(client.command("place.tell", { roomId, eventId, uri: geoUri(spot) }));
  const others = sharings().filter((one) => one.roomId !== roomId);
  keep([...others, { roomId, eventId, userId, since, until: since + timeout }]);
  return true;
}

/** Ends it, for this browser and for everybody. */
export async function stopSharing(client: Client, roomId: string): Promise<void> {
  const stopped = await orTell(client.command("place.stop", { roomId }));
  if (stopped !== undefined) forget(roomId);
}

const forget = (roomId: string) => keep(sharings().filter((one) => one.roomId !== roomId));

/** Another device ended it, or began to share in its place. */
export function seeStopped(sharing: Sharing, state: Content): void {
  const since = Number(state[TS] ?? 0);
  if (since > sharing.since || (since === sharing.since && state.live !== true))
    forget(sharing.roomId);
}

/** What this browser shares now, for who is signed in. Where a tab is open, it is told of. */
export function createSharing(): () => readonly Sharing[] {
  const client = useClient();
  const session = useValue("session", () => null);
  const me = () => {
    const view = session();
    return view?.phase === "signedIn" ? view.userId : undefined;
  };
  const mine = createMemo(() => sharings().filter(({ userId }) => userId === me()));
  const current = createMemo(() => mine().filter(({ until }) => until > now()));
  createEffect(() => {
    for (const { roomId, until } of mine())
      if (until <= now()) {
        forget(roomId);
        void client.command("place.stop", { roomId });
      }
  });
  createEffect(
    on(
      () => current().length > 0,
      (shares) => shares && onCleanup(watch(client, current)),
    ),
  );
  return current;
}

/** Tells of every move, from one tab alone. */
function watch(client: Client, current: () => readonly Sharing[]): () => void {
  const over = new AbortController();
  void navigator.locks
    .request(LOCK, { signal: over.signal }, () => follow(client, current, over.signal))
    .catch(() => undefined);
  return () => over.abort();
}

function follow(
  client: Client,
  current: () => readonly Sharing[],
  over: AbortSignal,
): Promise<void> {
  let last: Spot | undefined;
  const told = new Map<string, { spot: Spot; ts: number }>();
  const look = () => {
    for (const { roomId, eventId } of current()) {
      if (!last || !isWorth(told.get(eventId), last, Date.now())) continue;
      told.set(eventId, { spot: last, ts: Date.now() });
      void client.command("place.tell", { roomId, eventId, uri: geoUri(last) });
    }
  };
  const watching = navigator.geolocation.watchPosition((found) => {
    last = spotOf(found);
    look();
  });
  const timer = setInterval(look, LOOK_MS);
  return new Promise((done) =>
    over.addEventListener("abort", () => {
      navigator.geolocation.clearWatch(watching);
      clearInterval(timer);
      done();
    }),
  );
}
