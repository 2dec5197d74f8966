import { createSignal, Show, Suspense } from "solid-js";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { MapDialog, MapPicture } from "../../map";
import { word } from "../words";
import { coordinates, geoOf, placeName, spotOf } from "./geo";

/** A place: a small map of it, which opens as a large one. */
export function LocationItem(props: { item: ItemRecord }) {
  const [open, setOpen] = createSignal(false);
  const uri = () => geoOf(props.item.content.geo_uri);
  const name = () => placeName(props.item.content) || word("location");
  const shown = () => {
    const place = uri();
    return place ? coordinates(place) : String(props.item.content.body ?? "");
  };
  const spot = () => spotOf(uri());
  return (
    <Show when={spot()} fallback={<Unplaced name={name()} text={shown()} />}>
      {(at) => (
        <>
          <button type="button" class="place" onClick={() => setOpen(true)}>
            <MapPicture spot={at()} />
            <span class="row-text">
              <span class="file-name">{name()}</span>
              <small>{shown()}</small>
            </span>
          </button>
          <Suspense>
            <Show when={open()}>
              <MapDialog
                title={name()}
                pins={[{ id: props.item.id, name: name(), spot: at() }]}
                onClose={() => setOpen(false)}
              />
            </Show>
          </Suspense>
        </>
      )}
    </Show>
  );
}

/** A message that names no place, in its own words. */
function Unplaced(props: { name: string; text: string }) {
  return (
    <span class="file">
      <span class="file-icon">
        <Icon name="location" />
      </span>
      <span class="row-text">
        <span class="file-name">{props.name}</span>
        <small>{props.text}</small>
      </span>
    </span>
  );
}
