import { Show } from "solid-js";
import { useMedia } from "../../bridge/media";

/** A picture of a pack, without words: they stand beside it. */
export function StickerPicture(props: { url: string }) {
  const media = useMedia(() => ({ source: { mxc: props.url }, mimetype: "image/webp" }));
  return <Show when={media.url()}>{(src) => <img src={src()} alt="" draggable={false} />}</Show>;
}
