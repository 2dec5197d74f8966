import { For, Show } from "solid-js";
import { useValue } from "../../bridge/client";
import { useMedia } from "../../bridge/media";
import type { RoomView } from "../../engine/records";
import { Button, IconButton } from "../../ui/controls";
import { OWN_PACK, type Pack, ROOM_PACKS, readPack, type Sticker } from "./packs";
import { word } from "./words";

/** Stickers of one's own and of the chat, and how packs are made. */
export default function StickerBoard(props: {
  room: RoomView;
  onPick: (sticker: Sticker) => void;
  /** A pack is to be made or changed. */
  onChange: (pack: Pack) => void;
}) {
  const own = useValue("account", () => ({ type: OWN_PACK }));
  const states = useValue("states", () => ({ roomId: props.room.id, type: ROOM_PACKS }));
  const mine = () => readPack("own", own());
  const theirs = () => Object.entries(states() ?? {}).map(([key, one]) => readPack(key, one));
  const name = (pack: Pack) =>
    pack.name || (pack.id === "own" ? word("packOwn") : props.room.name || word("packRoom"));

  return (
    <div class="emoji-board sticker-board">
      <For each={[mine(), ...theirs()].filter(({ stickers }) => stickers.length > 0)}>
        {(pack) => (
          <section aria-label={name(pack)}>
            <div class="sticker-head">
              <p class="emoji-title ellipsis">{name(pack)}</p>
              <Show when={pack.id === "own" || props.room.may.packs}>
                <IconButton
                  icon="edit"
                  label={word("packChange", { name: name(pack) })}
                  onClick={() => props.onChange(pack)}
                />
              </Show>
            </div>
            <div class="sticker-grid">
              <For each={pack.stickers}>
                {(sticker) => (
                  <button
                    type="button"
                    aria-label={sticker.body}
                    data-tip={sticker.body}
                    onClick={() => props.onPick(sticker)}
                  >
                    <StickerPicture url={sticker.url} />
                  </button>
                )}
              </For>
            </div>
          </section>
        )}
      </For>
      <Show when={mine().stickers.length === 0}>
        <p class="field-note">{word("packNone")}</p>
        <Button look="quiet" icon="plus" wide onClick={() => props.onChange(mine())}>
          {word("packMake")}
        </Button>
      </Show>
      <Show when={props.room.may.packs && props.room.kind !== "self"}>
        <Button
          look="quiet"
          icon="plus"
          wide
          onClick={() =>
            props.onChange({ id: crypto.randomUUID().slice(0, 8), name: "", stickers: [] })
          }
        >
          {word("packMakeRoom")}
        </Button>
      </Show>
    </div>
  );
}

export function StickerPicture(props: { url: string }) {
  const media = useMedia(() => ({ source: { mxc: props.url }, mimetype: "image/webp" }));
  return <Show when={media.url()}>{(src) => <img src={src()} alt="" draggable={false} />}</Show>;
}
