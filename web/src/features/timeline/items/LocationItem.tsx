import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { word } from "../words";

/** A place by its coordinates; it opens in what the device has for maps. No map is asked of anybody. */
export function LocationItem(props: { item: ItemRecord }) {
  const uri = () => {
    const found = /^geo:-?\d+(?:\.\d+)?,-?\d+(?:\.\d+)?/.exec(
      String(props.item.content.geo_uri ?? ""),
    );
    return found?.[0];
  };
  return (
    <a class="file" href={uri()}>
      <span class="file-icon">
        <Icon name="location" />
      </span>
      <span class="row-text">
        <span class="file-name">{word("location")}</span>
        <small>{uri()?.slice(4).replace(",", ", ") ?? String(props.item.content.body ?? "")}</small>
      </span>
    </a>
  );
}
