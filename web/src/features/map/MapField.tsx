import { createSignal } from "solid-js";
import type { Spot } from "../../base/spot";
import { Button } from "../../ui/controls";
import { language } from "../../ui/preferences";
import { Marker } from "./Layers";
import { MapView } from "./MapView";
import { tellPlace } from "./told";
import { word } from "./words";

/** Chooses a place: the one in the middle of the map. */
export default function MapField(props: {
  label: string;
  value: Spot | undefined;
  onChange: (spot: Spot) => void;
  /** Where this device is; undefined where that is not learned. */
  onOwn: () => Promise<Spot | undefined>;
}) {
  const [busy, setBusy] = createSignal(false);
  const goHome = async () => {
    setBusy(true);
    const spot = await props.onOwn();
    setBusy(false);
    if (spot) props.onChange(spot);
  };
  return (
    <div class="map-field">
      <MapView label={props.label} pins={[]} at={props.value} onChoose={props.onChange}>
        <span class="map-middle" classList={{ unset: !props.value }} aria-hidden="true">
          <Marker />
        </span>
      </MapView>
      <div class="map-field-foot">
        <span class="field-note">{props.value ? tellPlace(props.value, language()) : ""}</span>
        <Button look="quiet" icon="location" busy={busy()} onClick={goHome}>
          {word("own")}
        </Button>
      </div>
    </div>
  );
}
