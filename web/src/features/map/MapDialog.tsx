import { For, Show } from "solid-js";
import { geoUri } from "../../base/spot";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { MapView } from "./MapView";
import type { Pin } from "./pins";
import { tellPlace } from "./told";
import { word } from "./words";

/** Places on a map, and each in words below it. */
export default function MapDialog(props: {
  title: string;
  pins: readonly Pin[];
  onClose: () => void;
}) {
  return (
    <Dialog open size="l" title={props.title} onClose={props.onClose}>
      <div class="map-large">
        <MapView label={word("map")} pins={props.pins} />
      </div>
      <ul class="map-places" aria-label={word("places")}>
        <For each={props.pins}>
          {(pin) => (
            <li class="map-place" classList={{ past: pin.past ?? false }}>
              <Icon name="location" />
              <span class="row-text">
                <span class="map-place-name">{pin.name}</span>
                <small>{tellPlace(pin.spot, language())}</small>
                <Show when={pin.note}>{(note) => <small>{note()}</small>}</Show>
              </span>
              <a
                class="icon-button"
                href={geoUri(pin.spot)}
                aria-label={word("elsewhere")}
                data-tip={word("elsewhere")}
              >
                <Icon name="external" />
              </a>
            </li>
          )}
        </For>
      </ul>
    </Dialog>
  );
}
