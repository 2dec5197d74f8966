import { createEffect, Show } from "solid-js";
import { useMedia } from "../../../bridge/media";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { createMedia, motion } from "../../../ui/preferences";
import { useConversation } from "../conversation";
import { fitted } from "../data";
import { word } from "../words";
import { hasCaption, infoOf, nameOf, thumbnailOf } from "./media";
import { MessageText } from "./TextItem";
import { Upload } from "./Upload";

/** A picture or a sticker in its place, which is kept before the picture is here. */
export function PictureItem(props: { item: ItemRecord }) {
  const conversation = useConversation();
  const sticker = () => props.item.type === "m.sticker";
  const media = useMedia(() => thumbnailOf(props.item, 800));
  const reduced = createMedia("(prefers-reduced-motion: reduce)");
  const calm = () => reduced() || motion() === "none";
  const size = () =>
    fitted(
      infoOf(props.item),
      sticker() ? { width: 192, height: 192 } : { width: 420, height: 400 },
    );
  return (
    <>
      <button
        type="button"
        class="picture"
        classList={{ sticker: sticker() }}
        style={{ width: `${size().width}px`, "aspect-ratio": `${size().width} / ${size().height}` }}
        aria-label={`${word("image")}: ${nameOf(props.item)}`}
        onClick={() => conversation.openViewer(props.item.id)}
      >
        <Show when={media.url()}>
          {(src) => (
            <Show
              when={calm() && infoOf(props.item).mimetype === "image/gif"}
              fallback={<img src={src()} alt={nameOf(props.item)} draggable={false} />}
            >
              <Still src={src()} />
            </Show>
          )}
        </Show>
        <Show when={media.failed()}>
          <span class="picture-failed">
            <Icon name="image" />
            {word("mediaFailed")}
          </span>
        </Show>
        <Upload item={props.item} />
      </button>
      <Show when={hasCaption(props.item)}>
        <MessageText item={props.item} />
      </Show>
    </>
  );
}

/** The first frame of a moving picture, for who wants no motion; the viewer moves it. */
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
