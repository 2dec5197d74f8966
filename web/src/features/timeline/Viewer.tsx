import { Dialog } from "@kobalte/core/dialog";
import { createEffect, createSignal, on, Show } from "solid-js";
import { useMedia } from "../../bridge/media";
import type { ItemRecord } from "../../engine/records";
import { closeOnBack } from "../../ui/back";
import { IconButton } from "../../ui/controls";
import { uiWord } from "../../ui/uiWords";
import { albumOf } from "./album";
import { useConversation } from "./conversation";
import { fileOf, nameOf, saveFile, thumbnailOf } from "./items/media";
import { word } from "./words";

const isVisual = (item: ItemRecord) =>
  !item.redacted &&
  item.type === "m.room.message" &&
  (item.content.msgtype === "m.image" || item.content.msgtype === "m.video");

/** Pictures and videos of the chat, one at a time, over everything. */
export default function Viewer(props: {
  itemId: string;
  onMove: (itemId: string) => void;
  onClose: () => void;
}) {
  closeOnBack(
    () => true,
    () => props.onClose(),
  );
  const conversation = useConversation();
  const [zoom, setZoom] = createSignal(1);
  const all = () =>
    conversation.items().filter((item) => isVisual(item) || item.id === props.itemId);
  const index = () => all().findIndex((item) => item.id === props.itemId);
  const item = () => all()[index()];
  const near = (by: number) => all()[index() + by];
  const move = (by: number) => {
    const next = near(by);
    if (next) props.onMove(next.id);
  };
  /** Which of its album is shown, as words before its name. */
  const inAlbum = () => {
    const shown = item();
    const album = shown && albumOf(shown);
    if (!shown || album === undefined) return "";
    const parts = all().filter((one) => one.sender === shown.sender && albumOf(one) === album);
    const place = { at: parts.indexOf(shown) + 1, count: parts.length };
    return parts.length > 1 ? `${word("ofAlbum", place)} · ` : "";
  };
  const scale = (by: number) => setZoom(Math.min(6, Math.max(1, zoom() * by)));
  createEffect(
    on(
      () => props.itemId,
      () => setZoom(1),
    ),
  );
  const press = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") move(-1);
    else if (event.key === "ArrowRight") move(1);
    else if (event.key === "+" || event.key === "=") scale(1.4);
    else if (event.key === "-") scale(1 / 1.4);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog open onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Content class="viewer" onKeyDown={press}>
          <Dialog.Title class="sr-only">
            {word("viewer", { name: item() ? nameOf(item() as ItemRecord) : "" })}
          </Dialog.Title>
          <Show when={item()}>
            {(shown) => (
              <>
                <div class="viewer-bar">
                  <span class="viewer-name">
                    <strong class="ellipsis">{shown().senderName}</strong>
                    <small class="ellipsis">{`${inAlbum()}${nameOf(shown())}`}</small>
                  </span>
                  <IconButton icon="minus" label={word("zoomOut")} onClick={() => scale(1 / 1.4)} />
                  <IconButton icon="plus" label={word("zoomIn")} onClick={() => scale(1.4)} />
                  <IconButton
                    icon="forward"
                    label={word("forward")}
                    onClick={() => {
                      const chosen = shown();
                      props.onClose();
                      conversation.openForward([chosen]);
                    }}
                  />
                  <Save item={shown()} />
                  <IconButton icon="close" label={uiWord("close")} onClick={props.onClose} />
                </div>
                <Picture item={shown()} zoom={zoom()} onZoom={scale} />
                <Show when={near(-1)}>
                  <IconButton
                    icon="back"
                    class="viewer-side left"
                    label={word("previous")}
                    onClick={() => move(-1)}
                  />
                </Show>
                <Show when={near(1)}>
                  <IconButton
                    icon="chevronRight"
                    class="viewer-side right"
                    label={word("next")}
                    onClick={() => move(1)}
                  />
                </Show>
              </>
            )}
          </Show>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog>
  );
}

function Save(props: { item: ItemRecord }) {
  const media = useMedia(() => fileOf(props.item));
  return (
    <IconButton
      icon="download"
      label={word("download")}
      disabled={!media.url()}
      onClick={() => {
        const url = media.url();
        if (url) saveFile(url, nameOf(props.item));
      }}
    />
  );
}

function Picture(props: { item: ItemRecord; zoom: number; onZoom: (by: number) => void }) {
  const whole = useMedia(() => fileOf(props.item));
  const small = useMedia(() => thumbnailOf(props.item, 800));
  const src = () => whole.url() ?? small.url();
  return (
    <div class="viewer-stage">
      <Show
        when={src()}
        fallback={
          <Show when={whole.failed()} fallback={<span class="spinner" />}>
            {word("mediaFailed")}
          </Show>
        }
      >
        {(url) => (
          <Show
            when={props.item.content.msgtype === "m.video"}
            fallback={
              <img
                src={url()}
                alt={nameOf(props.item)}
                style={{ width: props.zoom > 1 ? `${props.zoom * 100}%` : undefined }}
                classList={{ zoomed: props.zoom > 1 }}
                onWheel={(event) => event.ctrlKey && props.onZoom(event.deltaY < 0 ? 1.1 : 1 / 1.1)}
                onDblClick={() => props.onZoom(props.zoom > 1 ? 1 / props.zoom : 2)}
              />
            }
          >
            {/* biome-ignore lint/a11y/useMediaCaption: what people send has no captions */}
            <video src={whole.url()} controls autoplay />
          </Show>
        )}
      </Show>
    </div>
  );
}
