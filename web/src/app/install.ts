/** The service worker: taken in after the first paint, and asked to change places when idle. */

import { go } from "../ui/router";
import { tell } from "../ui/toasts";
import { word } from "./words";

/** Registers the service worker where the browser has one and the build wrote one. */
export function installWorker(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const { serviceWorker } = navigator;
  const hadOne = serviceWorker.controller !== null;
  window.addEventListener("load", () => {
    serviceWorker.register("/sw.js").then(
      (registration) => {
        registration.addEventListener("updatefound", () => {
          const fresh = registration.installing;
          fresh?.addEventListener("statechange", () => {
            if (fresh.state === "installed" && serviceWorker.controller) offerUpdate(fresh);
          });
        });
      },
      () => undefined,
    );
  });
  let reloading = false;
  serviceWorker.addEventListener("controllerchange", () => {
    if (!hadOne || reloading) return;
    reloading = true;
    location.reload();
  });
  serviceWorker.addEventListener(
    "message",
    ({ data }: MessageEvent<{ kind?: string; url?: string }>) => {
      if (data.kind === "open" && data.url) go(data.url.slice(data.url.indexOf("#")));
    },
  );
}

function offerUpdate(fresh: ServiceWorker): void {
  tell(word("update"), { label: word("updateNow"), run: () => fresh.postMessage("take over") });
}
