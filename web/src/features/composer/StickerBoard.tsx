import { For, Show } from "solid-js";
import { useClient } from "../../bridge/client";
import type { RoomView } from "../../engine/records";
import { Button, IconButton } from "../../ui/controls";
import { type Pack, readPack, type Sticker } from "./packs";
import { StickerPicture } from "./StickerPicture";
import { createUsedPacks, nameOfPack, type UsedPack } from "./usedPacks";
import { word } from "./words";

/** Stickers of one's own and of the chat, and how packs are made. */
export default function StickerBoard(props: {
  room: RoomView;
  onPick: (sticker: Sticker) => void;
  /** A pack is to be made or changed. */
  onChange: (pack: Pack) => void;
}) {
  const client = useClient();
  const packs = createUsedPacks(() => props.room, "sticker");
  const mine = () => packs.list().find(({ id }) => id === "own") ?? readPack("own", undefined);
  const name = (pack: UsedPack) => nameOfPack(pack, props.room);
  const everywhere = (pack: UsedPack) =>
    word(pack.everywhere ? "packNotEverywhere" : "packEverywhere", { name: name(pack) });

  return (
    <div class="emoji-board sticker-board">
      <For each={packs.list().filter(({ stickers }) => stickers.length > 0)}>
        {(pack) => (
          <section aria-label={name(pack)}>
            <div class="sticker-head">
              <p class="emoji-title ellipsis">{name(pack)}</p>
              <Show when={pack.roomId !== undefined}>
                <IconButton
                  icon={pack.everywhere ? "check" : "plus"}
                  on={pack.everywhere}
                  label={everywhere(pack)}
                  onClick={() => packs.setEverywhere(client, pack, !pack.everywhere)}
                />
              </Show>
              <Show when={pack.id === "own" || (!pack.chat && props.room.may.packs)}>
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
