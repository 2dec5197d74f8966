import type { Spot } from "../../base/spot";
import { language } from "../../ui/preferences";
import { useAbout } from "./about";
import { Layers } from "./Layers";
import { fitted } from "./mercator";
import { countryName } from "./told";

const SIZE = { width: 320, height: 160 };

/** A map that does not move: its place in the middle, and the country's name. */
export default function Still(props: { spot: Spot; past?: boolean }) {
  const about = useAbout();
  const bounds = () => ({ least: 0, most: about().mostZoom });
  const sight = () => fitted([props.spot], about().tiles ? 14 : 2.6, SIZE, bounds());
  const pin = () => ({ id: "", name: "", spot: props.spot, past: props.past ?? false });
  const country = () => countryName(props.spot, language());
  return (
    <>
      <span class="map-still" aria-hidden="true">
        <Layers sight={sight()} size={SIZE} pins={[pin()]} />
      </span>
      <span class="map-country">{country()}</span>
      <span class="map-attribution">{about().attribution}</span>
    </>
  );
}
