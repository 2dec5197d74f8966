import { composingIn } from "../features/composer";
import { ChatPicker } from "../features/people";
import { Dialog } from "../ui/Dialog";
import { chatPlace, go } from "../ui/router";
import { word } from "./words";

/** The cache in which the service worker leaves what another application shared. */
const SHARED = "shared";

/** What was shared, taken out of the cache: it is taken once. */
async function takeShared(): Promise<{ text: string; files: File[] }> {
  const cache = await caches.open(SHARED);
  const files: File[] = [];
  let text = "";
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    if (!response) continue;
    if (request.url.endsWith("/share/text")) text = await response.text();
    else {
      const name = decodeURIComponent(response.headers.get("x-name") ?? "file");
      const type = response.headers.get("content-type") ?? "";
      files.push(new File([await response.blob()], name, { type }));
    }
  }
  await caches.delete(SHARED);
  return { text, files };
}

/** Asks whom to send what another application shared with us. */
export default function Share() {
  const pick = async (roomId: string) => {
    const { text, files } = await takeShared();
    const composing = composingIn(roomId);
    if (text) composing.setText([composing.text(), text].filter(Boolean).join("\n"));
    composing.addFiles(files);
    go(chatPlace(roomId), true);
  };
  return (
    <Dialog open size="s" title={word("shareTitle")} onClose={() => go("#/", true)}>
      <ChatPicker onPick={(chat) => pick(chat.id)} />
    </Dialog>
  );
}
