import { createSignal, Show } from "solid-js";
import { duration } from "../../../base/format";
import { useMedia } from "../../../bridge/media";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { fitted } from "../data";
import { word } from "../words";
import { fileOf, hasCaption, infoOf, nameOf, thumbnailOf } from "./media";
import { MessageText } from "./TextItem";
import { Upload } from "./Upload";

/** A video that is loaded when it is asked to play. */
export function VideoItem(props: { item: ItemRecord }) {
  const [wanted, setWanted] = createSignal(false);
  const poster = useMedia(() => thumbnailOf(props.item, 800));
  const file = useMedia(() => (wanted() ? fileOf(props.item) : undefined));
  const size = () => fitted(infoOf(props.item), { width: 420, height: 400 });
  const length = () => Number(infoOf(props.item).duration ?? 0);
  return (
    <>
      <div
        class="picture"
        style={{ width: `${size().width}px`, "aspect-ratio": `${size().width} / ${size().height}` }}
      >
        <Show
          when={file.url()}
          fallback={
            <button
              type="button"
              class="video-start"
              aria-label={`${word("playVideo")}: ${nameOf(props.item)}`}
              onClick={() => {
                setWanted(true);
                file.again();
              }}
            >
              <Show when={poster.url()}>{(src) => <img src={src()} alt="" />}</Show>
              <span class="video-play">
                <Show when={wanted() && !file.failed()} fallback={<Icon name="play" />}>
                  <span class="spinner" />
                </Show>
              </span>
              <Show when={length() > 0}>
                <span class="video-length">{duration(length())}</span>
              </Show>
            </button>
          }
        >
          {/* biome-ignore lint/a11y/useMediaCaption: what people send has no captions */}
          {(src) => <video src={src()} controls autoplay aria-label={nameOf(props.item)} />}
        </Show>
        <Upload item={props.item} />
      </div>
      <Show when={hasCaption(props.item)}>
        <MessageText item={props.item} />
      </Show>
    </>
  );
}
