import {
  createEffect,
  createMemo,
  createSignal,
  createUniqueId,
  type JSX,
  on,
  onCleanup,
  onMount,
  Show,
} from "solid-js";
import type { Spot } from "../../base/spot";
import { IconButton } from "../../ui/controls";
import { language } from "../../ui/preferences";
import { useAbout } from "./about";
import { Layers } from "./Layers";
import {
  fitted,
  kept,
  moved,
  type Point,
  project,
  type Sight,
  unproject,
  worldSize,
  zoomed,
} from "./mercator";
import type { Pin } from "./pins";
import { tellPlace } from "./told";
import { word } from "./words";

/** Pixels. */
const STEP = 60;
const TAP = 6;
/** How near a place is first looked at, with tiles and without. */
const NEAR = { tiles: 15, outline: 4.5 };
const SAY_MS = 700;

/** A map that is moved and brought nearer by fingers, pointer, wheel and keys. */
export function MapView(props: {
  label: string;
  pins: readonly Pin[];
  /** What is looked at first, where it is not the pins; a change goes there. */
  at?: Spot | undefined;
  /** A place is chosen: hears of what somebody moves the middle to. */
  onChoose?: (spot: Spot) => void;
  /** Above the map. */
  children?: JSX.Element;
}) {
  let surface!: HTMLDivElement;
  const about = useAbout();
  const hintId = createUniqueId();
  const [size, setSize] = createSignal({ width: 0, height: 0 });
  const bounds = createMemo(() => ({
    least: Math.max(0, Math.log2(Math.max(1, size().height) / worldSize(0))),
    most: about().mostZoom,
  }));
  const [sight, setSight] = createSignal<Sight>({ x: 0.5, y: 0.5, zoom: 0 });
  /** Somebody looks at what they chose: nothing else takes them away from it. */
  const [touched, setTouched] = createSignal(false);
  const [said, setSaid] = createSignal("");
  const spots = createMemo(() => (props.at ? [props.at] : props.pins.map(({ spot }) => spot)));
  const near = () => (about().tiles ? NEAR.tiles : NEAR.outline);

  onMount(() => {
    const watch = new ResizeObserver(() =>
      setSize({ width: surface.clientWidth, height: surface.clientHeight }),
    );
    watch.observe(surface);
    onCleanup(() => watch.disconnect());
  });
  const fit = () => setTouched(false);
  createEffect(() => {
    if (touched()) setSight((now) => kept(now, bounds(), size()));
    else if (size().width > 0) setSight(fitted(spots(), near(), size(), bounds()));
  });
  // What is typed, or found by the device, is gone to.
  createEffect(
    on(
      () => props.at,
      (at) => {
        if (!at || isMiddle(at)) return;
        const zoom = touched() ? Math.max(sight().zoom, near()) : near();
        setSight(kept({ ...project(at), zoom }, bounds(), size()));
      },
      { defer: true },
    ),
  );
  const isMiddle = (spot: Spot) => {
    const [a, b] = [project(spot), sight()];
    return Math.hypot(a.x - b.x, a.y - b.y) * worldSize(b.zoom) < 1;
  };
  const go = (next: Sight) => {
    setTouched(true);
    setSight(next);
    props.onChoose?.(unproject(next));
  };
  const middle = (): Point => ({ x: size().width / 2, y: size().height / 2 });
  const bring = (by: number, pixel = middle()) => go(zoomed(sight(), by, pixel, size(), bounds()));
  const move = (x: number, y: number) => go(moved(sight(), { x, y }, size(), bounds()));

  createEffect(
    on(
      sight,
      (now) => {
        if (!touched()) return;
        const say = () => setSaid(word("middle", { place: tellPlace(unproject(now), language()) }));
        const timer = setTimeout(say, SAY_MS);
        onCleanup(() => clearTimeout(timer));
      },
      { defer: true },
    ),
  );

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? STEP * 4 : STEP;
    const act = {
      ArrowLeft: () => move(step, 0),
      ArrowRight: () => move(-step, 0),
      ArrowUp: () => move(0, step),
      ArrowDown: () => move(0, -step),
      "+": () => bring(1),
      "=": () => bring(1),
      "-": () => bring(-1),
      Home: fit,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const fingers = createFingers({
    surface: () => surface,
    move,
    bring,
    tap: (pixel) => {
      const from = middle();
      if (props.onChoose) move(from.x - pixel.x, from.y - pixel.y);
    },
  });

  return (
    <div class="map">
      <div
        ref={surface}
        class="map-surface"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys move it
        tabIndex={0}
        aria-label={props.label}
        aria-describedby={hintId}
        onKeyDown={press}
        onWheel={(event) => {
          event.preventDefault();
          bring(-event.deltaY / (event.ctrlKey ? 60 : 300), fingers.pixel(event));
        }}
        onDblClick={(event) => !props.onChoose && bring(1, fingers.pixel(event))}
        onPointerDown={fingers.down}
        onPointerMove={fingers.drag}
        onPointerUp={fingers.up}
        onPointerCancel={fingers.up}
      >
        <Show when={size().width > 0}>
          <Layers sight={sight()} size={size()} pins={props.pins} />
        </Show>
        {props.children}
      </div>
      <div class="map-buttons">
        <IconButton icon="plus" label={word("nearer")} onClick={() => bring(1)} />
        <IconButton icon="minus" label={word("further")} onClick={() => bring(-1)} />
        <Show when={props.pins.length > 0 && touched()}>
          <IconButton icon="fit" label={word("all")} onClick={fit} />
        </Show>
      </div>
      <Show when={about().tiles && about().attribution}>
        <span class="map-attribution">{about().attribution}</span>
      </Show>
      <p id={hintId} class="sr-only">
        {word("keys")}
      </p>
      <p class="sr-only" role="status">
        {said()}
      </p>
    </div>
  );
}

/** Fingers and the pointer upon the map: one moves it, two also bring it nearer, a touch is a tap. */
function createFingers(on: {
  surface: () => HTMLElement;
  move: (x: number, y: number) => void;
  bring: (by: number, pixel: Point) => void;
  tap: (pixel: Point) => void;
}) {
  const down = new Map<number, Point>();
  let far = 0;
  const pixel = ({ clientX, clientY }: MouseEvent): Point => {
    const box = on.surface().getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  };
  const spread = () => {
    const [a, b] = [...down.values()];
    return (
      a && b && { wide: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
    );
  };
  return {
    pixel,
    down(event: PointerEvent) {
      if (event.button !== 0) return;
      on.surface().setPointerCapture(event.pointerId);
      if (down.size === 0) far = 0;
      down.set(event.pointerId, pixel(event));
    },
    drag(event: PointerEvent) {
      const before = down.get(event.pointerId);
      if (!before) return;
      const now = pixel(event);
      const wasSpread = spread();
      down.set(event.pointerId, now);
      const isSpread = spread();
      far += Math.hypot(now.x - before.x, now.y - before.y) + (isSpread ? TAP : 0);
      if (far < TAP) return;
      if (!wasSpread || !isSpread) on.move(now.x - before.x, now.y - before.y);
      else {
        on.move(isSpread.x - wasSpread.x, isSpread.y - wasSpread.y);
        if (wasSpread.wide > 0) on.bring(Math.log2(isSpread.wide / wasSpread.wide), isSpread);
      }
    },
    up(event: PointerEvent) {
      const last = down.get(event.pointerId);
      down.delete(event.pointerId);
      if (last && down.size === 0 && far < TAP && event.type === "pointerup") on.tap(last);
    },
  };
}
