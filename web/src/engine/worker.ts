/** The worker's entry: shared by all tabs where the browser can, else owned by one tab for all. */

import { serve, serveChannel } from "../bridge/host";
import { makeCrypto } from "./crypto";
import { openEngine } from "./engine";
import { makeMedia } from "./media";

const opening = openEngine({ makeCrypto, makeMedia });

if ("onconnect" in globalThis) {
  (globalThis as unknown as SharedWorkerGlobalScope).onconnect = ({ ports }) => {
    const [port] = ports;
    if (port) serve(opening, port);
  };
} else serveChannel(opening, new BroadcastChannel("depesha-bridge"));

globalThis.addEventListener("online", () => void opening.then((engine) => engine.hurry()));
