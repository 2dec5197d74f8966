import { Show } from "solid-js";
import type { Spot } from "../../../base/spot";
import { Icon } from "../../../ui/icons";
import { MapPicture } from "../../map";

/** A small map of a place, and words to it; a press opens the large one. */
export function Place(props: {
  spot: Spot;
  name: string;
  text: string;
  /** It is no longer so. */
  past?: boolean;
  onOpen: () => void;
}) {
  return (
    <button type="button" class="place" onClick={props.onOpen}>
      <MapPicture spot={props.spot} past={props.past ?? false} />
      <Words name={props.name} text={props.text} />
    </button>
  );
}

/** Words where no place is known; the room of its map is kept while one is waited for. */
export function Placeless(props: { name: string; text: string; waits?: boolean }) {
  return (
    <span class={props.waits ? "place" : "file"}>
      <Show
        when={props.waits}
        fallback={
          <span class="file-icon">
            <Icon name="location" />
          </span>
        }
      >
        <span class="map-picture" />
      </Show>
      <Words name={props.name} text={props.text} />
    </span>
  );
}

function Words(props: { name: string; text: string }) {
  return (
    <span class="row-text">
      <span class="file-name">{props.name}</span>
      <small>{props.text}</small>
    </span>
  );
}
