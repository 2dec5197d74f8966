import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { word } from "../words";
import { coordinates, geoOf, placeName } from "./geo";

/** A place by its coordinates; it opens in what the device has for maps. No map is asked of anybody. */
export function LocationItem(props: { item: ItemRecord }) {
  const uri = () => geoOf(props.item.content.geo_uri);
  const shown = () => {
    const place = uri();
    return place ? coordinates(place) : String(props.item.content.body ?? "");
  };
  return (
    <a class="file" href={uri()}>
      <span class="file-icon">
        <Icon name="location" />
      </span>
      <span class="row-text">
        <span class="file-name">{placeName(props.item.content) || word("location")}</span>
        <small>{shown()}</small>
      </span>
    </a>
  );
}
