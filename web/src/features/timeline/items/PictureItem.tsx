import { Show } from "solid-js";
import { useMedia } from "../../../bridge/media";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { useConversation } from "../conversation";
import { fitted } from "../data";
import { word } from "../words";
import { hasCaption, infoOf, nameOf, thumbnailOf } from "./media";
import { Shown } from "./Shown";
import { MessageText } from "./TextItem";
import { Upload } from "./Upload";

/** A picture or a sticker in its place, which is kept before the picture is here. */
export function PictureItem(props: { item: ItemRecord }) {
  const conversation = useConversation();
  const sticker = () => props.item.type === "m.sticker";
  const media = useMedia(() => thumbnailOf(props.item, 800));
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
            <Shown
              src={src()}
              name={nameOf(props.item)}
              moves={infoOf(props.item).mimetype === "image/gif"}
            />
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
