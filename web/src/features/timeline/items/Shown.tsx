import { createEffect, createSignal, Show } from "solid-js";
import { wantsCalm } from "../../../ui/preferences";

/** A picture; for who wants no motion, one that moves does so only while it is pointed at. */
export function Shown(props: { src: string; name: string; moves: boolean }) {
  const calm = wantsCalm();
  const [pointed, setPointed] = createSignal(false);
  return (
    <span
      class="unframed"
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
    >
      <Show
        when={calm() && props.moves && !pointed()}
        fallback={<img src={props.src} alt={props.name} draggable={false} />}
      >
        <Still src={props.src} />
      </Show>
    </span>
  );
}

/** The first frame. */
function Still(props: { src: string }) {
  let canvas!: HTMLCanvasElement;
  createEffect(() => {
    const picture = new Image();
    picture.onload = () => {
      canvas.width = picture.naturalWidth;
      canvas.height = picture.naturalHeight;
      canvas.getContext("2d")?.drawImage(picture, 0, 0);
    };
    picture.src = props.src;
  });
  return <canvas ref={canvas} class="still" />;
}
