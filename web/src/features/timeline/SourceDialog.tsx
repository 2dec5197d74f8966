import { createResource, Show } from "solid-js";
import { useClient } from "../../bridge/client";
import type { ItemRecord } from "../../engine/records";
import { Dialog } from "../../ui/Dialog";
import { orTell } from "../../ui/toasts";
import { word } from "./words";

/** An event as the server gave it. */
export default function SourceDialog(props: { item: ItemRecord; onClose: () => void }) {
  const client = useClient();
  const [event] = createResource(
    () => props.item.eventId,
    async (eventId) => {
      const found = await orTell(
        client.command("timeline.source", { roomId: props.item.roomId, eventId }),
      );
      return found?.event;
    },
  );
  return (
    <Dialog open size="l" title={word("source")} onClose={props.onClose}>
      <Show when={event()} fallback={<span class="spinner" />}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
        <pre class="source" tabIndex={0}>
          {JSON.stringify(event(), null, 2)}
        </pre>
      </Show>
    </Dialog>
  );
}
