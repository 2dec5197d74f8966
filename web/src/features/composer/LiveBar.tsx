import { createEffect, For } from "solid-js";
import { clockTime } from "../../base/format";
import { useClient, useValue } from "../../bridge/client";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { chatPlace } from "../../ui/router";
import { type Sharing, seeStopped, stopSharing } from "./live";
import { word } from "./words";

/** Says on every page that this browser shares where one is, and ends it. */
export function LiveBar(props: { of: readonly Sharing[] }) {
  return (
    <div class="live-bars" role="status" aria-live="polite">
      <For each={props.of}>{(one) => <Line sharing={one} />}</For>
    </div>
  );
}

function Line(props: { sharing: Sharing }) {
  const client = useClient();
  const room = useValue("room", () => ({ roomId: props.sharing.roomId }));
  const states = useValue("states", () => ({
    roomId: props.sharing.roomId,
    type: "org.matrix.msc3672.beacon_info",
  }));
  // It may have been ended by another device.
  createEffect(() => {
    const state = states()?.[props.sharing.userId];
    if (state) seeStopped(props.sharing, state);
  });
  return (
    <div class="live-bar">
      <Icon name="location" class="icon-s" />
      <a class="row-text" href={chatPlace(props.sharing.roomId)}>
        <strong class="ellipsis">{room()?.name || word("liveChat")}</strong>
        <span>{word("liveBar", { time: clockTime(language(), props.sharing.until) })}</span>
      </a>
      <button
        type="button"
        class="button quiet"
        onClick={() => stopSharing(client, props.sharing.roomId)}
      >
        {word("liveStop")}
      </button>
    </div>
  );
}
