import { createEffect, Show } from "solid-js";
import { wantsCalm } from "../../../ui/preferences";

/** A picture; one that moves stands still for who wants no motion, and the viewer moves it. */
export function Shown(props: { src: string; name: string; moves: boolean }) {
  const calm = wantsCalm();
  return (
    <Show
      when={calm() && props.moves}
      fallback={<img src={props.src} alt={props.name} draggable={false} />}
    >
      <Still src={props.src} />
    </Show>
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
