import { Show } from "solid-js";
import { clockTime } from "../../../base/format";
import { useClient, useValue } from "../../../bridge/client";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { now } from "../../../ui/now";
import { language } from "../../../ui/preferences";
import { stopSharing } from "../../composer";
import { word } from "../words";
import { coordinates, geoOf } from "./geo";

const TS = "org.matrix.msc3488.ts";
/** Nobody shares for longer than a day at a time. */
const LONGEST_MS = 24 * 3_600_000;

/** Somebody's place while it is shared: it moves, and ends (MSC3489, MSC3672). */
export function LiveItem(props: { item: ItemRecord }) {
  const client = useClient();
  const states = useValue("states", () => ({ roomId: props.item.roomId, type: props.item.type }));
  const until = () =>
    props.item.ts + Math.min(LONGEST_MS, Math.max(0, Number(props.item.content.timeout) || 0));
  const isOn = () => {
    const state = states()?.[props.item.stateKey ?? ""];
    const isThis = !state || state[TS] === props.item.content[TS];
    return isThis && state?.live !== false && until() > now();
  };
  const uri = () => geoOf(props.item.place?.uri);
  const told = () => {
    const { place } = props.item;
    if (!place || !uri()) return isOn() ? word("liveWaits") : word("liveNowhere");
    return word(isOn() ? "liveAt" : "liveLast", {
      place: coordinates(uri() ?? ""),
      time: clockTime(language(), place.ts),
    });
  };
  return (
    <div class="live" classList={{ on: isOn() }}>
      <a class="file" href={uri()}>
        <span class="file-icon">
          <Icon name="location" />
        </span>
        <span class="row-text">
          <span class="file-name">
            {isOn()
              ? word("liveUntil", { time: clockTime(language(), until()) })
              : word("liveEnded")}
          </span>
          <small>{told()}</small>
        </span>
      </a>
      <Show when={isOn() && props.item.mine}>
        <button
          type="button"
          class="live-stop"
          onClick={() => stopSharing(client, props.item.roomId)}
        >
          <Icon name="stop" class="icon-s" />
          {word("liveStop")}
        </button>
      </Show>
    </div>
  );
}
