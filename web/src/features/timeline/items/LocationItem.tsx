import { createSignal, Show, Suspense } from "solid-js";
import type { ItemRecord } from "../../../engine/records";
import { MapDialog } from "../../map";
import { word } from "../words";
import { coordinates, geoOf, placeName, spotOf } from "./geo";
import { Place, Placeless } from "./Place";

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
    <Show when={spot()} fallback={<Placeless name={name()} text={shown()} />}>
      {(at) => (
        <>
          <Place spot={at()} name={name()} text={shown()} onOpen={() => setOpen(true)} />
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
