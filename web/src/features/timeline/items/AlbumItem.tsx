import { createMemo, For, Show } from "solid-js";
import { duration } from "../../../base/format";
import { useMedia } from "../../../bridge/media";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { tilesOf } from "../album";
import { useConversation } from "../conversation";
import { Reaction } from "../Reaction";
import { word } from "../words";
import { hasCaption, infoOf, nameOf, thumbnailOf } from "./media";
import { Shown } from "./Shown";
import { MessageText } from "./TextItem";
import { Upload } from "./Upload";

/** Pictures and videos sent together, in a grid; each opens in the viewer. */
export function AlbumItem(props: { items: readonly ItemRecord[] }) {
  const tiles = createMemo(() =>
    tilesOf(
      props.items.map((item) => {
        const { w, h } = infoOf(item);
        return Number(w) / Number(h);
      }),
    ),
  );
  return (
    <>
      <div class="album">
        <For each={props.items}>
          {(item, at) => (
            <div
              class="album-part"
              style={{
                width: `${(tiles()[at()]?.share ?? 1) * 100}%`,
                "aspect-ratio": tiles()[at()]?.ratio ?? 1,
              }}
              data-part={item.id}
            >
              <Part item={item} />
              {/* Those of the first stand below, as being of all. */}
              <Show when={at() > 0 && item.reactions.length > 0}>
                <div class="reactions">
                  <For each={item.reactions}>
                    {(one) => <Reaction item={item} reaction={one} />}
                  </For>
                </div>
              </Show>
            </div>
          )}
        </For>
      </div>
      <For each={props.items.filter(hasCaption)}>{(item) => <MessageText item={item} />}</For>
    </>
  );
}

function Part(props: { item: ItemRecord }) {
  const conversation = useConversation();
  const media = useMedia(() => thumbnailOf(props.item, 800));
  const isVideo = () => props.item.content.msgtype === "m.video";
  const length = () => Number(infoOf(props.item).duration ?? 0);
  const label = () => {
    const what = `${word(isVideo() ? "video" : "image")}: ${nameOf(props.item)}`;
    return props.item.state === "failed" ? `${what}. ${word("failed")}` : what;
  };
  return (
    <button
      type="button"
      class="album-open"
      aria-label={label()}
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
        </span>
      </Show>
      <Show when={isVideo()}>
        <span class="video-play">
          <Icon name="play" />
        </span>
        <Show when={length() > 0}>
          <span class="video-length">{duration(length())}</span>
        </Show>
      </Show>
      <Show when={props.item.state === "failed"}>
        <span class="album-failed">
          <Icon name="error" class="icon-s" />
        </span>
      </Show>
      <Upload item={props.item} />
    </button>
  );
}
