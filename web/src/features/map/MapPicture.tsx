import { lazy, Suspense } from "solid-js";
import type { Spot } from "../../base/spot";

const Still = lazy(() => import("./Still"));

/** A small picture of the map around a place; its room is kept until it is here. */
export function MapPicture(props: { spot: Spot; past?: boolean }) {
  return (
    <span class="map-picture">
      <Suspense>
        <Still spot={props.spot} past={props.past ?? false} />
      </Suspense>
    </span>
  );
}
