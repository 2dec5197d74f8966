/** Whether the institution has a server of map tiles, as its own server tells. */

import { type Accessor, createMemo } from "solid-js";
import { type Client, useClient } from "../../bridge/client";
import { createPreference } from "../../ui/preferences";

export interface About {
  /** Without tiles there is the outline of the world. */
  tiles: boolean;
  mostZoom: number;
  /** Whose map it is. */
  attribution: string;
}

/** How near the outline of the world can be looked at. */
const OUTLINE_ZOOM = 8;
const OUTLINE: About = { tiles: false, mostZoom: OUTLINE_ZOOM, attribution: "" };

/** Kept, for without a network the tiles that were seen are there. */
const [kept, setKept] = createPreference<string>("map", "");
let isAsked = false;

/** What there is; the server is asked once, and again after it could not answer. */
export function useAbout(): Accessor<About> {
  const client = useClient();
  if (!isAsked) void ask(client);
  return createMemo(() => (kept() === "" ? OUTLINE : (JSON.parse(kept()) as About)));
}

async function ask(client: Client): Promise<void> {
  isAsked = true;
  const answer = await client.command("own.call", { method: "GET", path: "/_depesha/v1/map" });
  isAsked = answer.ok;
  if (!answer.ok) return;
  const told = answer.value.body as { tiles?: boolean; max_zoom?: number; attribution?: string };
  const about: About = {
    tiles: true,
    mostZoom: told.max_zoom ?? OUTLINE_ZOOM,
    attribution: told.attribution ?? "",
  };
  setKept(told.tiles ? JSON.stringify(about) : "");
}
