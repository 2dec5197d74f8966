import { createEffect, createMemo, createSignal, For, onCleanup, Show } from "solid-js";
import { useMedia } from "../../bridge/media";
import { useAbout } from "./about";
import { coloursOf, drawWorld } from "./draw";
import {
  pixelOf,
  project,
  type Sight,
  type Size,
  type TilePlace,
  tileBox,
  tileName,
  tilesOf,
} from "./mercator";
import type { Pin } from "./pins";
import { countryAt } from "./world";

/** What is drawn of a map: the outline of the world, the tiles above it, and pins. */
export function Layers(props: { sight: Sight; size: Size; pins: readonly Pin[] }) {
  let canvas!: HTMLCanvasElement;
  const about = useAbout();
  const looks = createLooks();
  const countries = createMemo(() => new Set(props.pins.map(({ spot }) => countryAt(spot))));
  createEffect(() => {
    looks();
    const { sight, size } = props;
    const marked = countries();
    const draw = () => drawWorld(canvas, sight, size, coloursOf(canvas), marked);
    const frame = requestAnimationFrame(draw);
    onCleanup(() => cancelAnimationFrame(frame));
  });
  /** As texts, so that a tile stays the same while the map moves. */
  const tiles = createMemo(() =>
    about().tiles
      ? tilesOf(props.sight, props.size, about().mostZoom).map((tile) => JSON.stringify(tile))
      : [],
  );
  return (
    <>
      <canvas ref={canvas} class="map-world" />
      <For each={tiles()}>
        {(tile) => <Tile of={JSON.parse(tile)} sight={props.sight} size={props.size} />}
      </For>
      <For each={props.pins}>
        {(pin) => {
          const at = () => pixelOf(project(pin.spot), props.sight, props.size);
          return (
            <span
              class="map-pin"
              classList={{ past: pin.past ?? false }}
              style={{ transform: `translate(${at().x}px, ${at().y}px)` }}
            >
              <Marker />
              <Show when={props.pins.length > 1}>
                <span class="map-pin-name ellipsis">{pin.name}</span>
              </Show>
            </span>
          );
        }}
      </For>
    </>
  );
}

/** Its point is at the place. */
export function Marker() {
  return (
    <svg class="map-marker" viewBox="0 0 24 32" width="24" height="32" aria-hidden="true">
      <path d="M12 31C12 31 2 19.5 2 11.5a10 10 0 0 1 20 0C22 19.5 12 31 12 31z" />
      <circle cx="12" cy="11.5" r="4" />
    </svg>
  );
}

function Tile(props: { of: TilePlace; sight: Sight; size: Size }) {
  const media = useMedia(() => ({ source: { tile: tileName(props.of) } }));
  const box = () => tileBox(props.of, props.sight, props.size);
  return (
    <Show when={media.url()}>
      {(src) => (
        <img
          class="map-tile"
          src={src()}
          alt=""
          draggable={false}
          style={{
            transform: `translate(${box().left}px, ${box().top}px)`,
            // A hair more, or the seams are seen where they fall between pixels.
            width: `${box().side + 0.5}px`,
            height: `${box().side + 0.5}px`,
          }}
        />
      )}
    </Show>
  );
}

/** Changes when the page is given other colours. */
function createLooks(): () => number {
  const [looks, setLooks] = createSignal(0);
  const watch = new MutationObserver(() => setLooks((times) => times + 1));
  watch.observe(document.documentElement, { attributeFilter: ["data-theme", "data-contrast"] });
  onCleanup(() => watch.disconnect());
  return looks;
}
