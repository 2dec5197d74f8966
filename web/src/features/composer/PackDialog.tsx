import { createSignal, For, Show } from "solid-js";
import { createStore } from "solid-js/store";
import { useClient, useValue } from "../../bridge/client";
import { Button, IconButton, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { orTell, tell, tellFailure } from "../../ui/toasts";
import { uiWord } from "../../ui/uiWords";
import { fitInto } from "./measure";
import { OWN_PACK, type Pack, ROOM_PACKS, type Sticker, writePack } from "./packs";
import { StickerPicture } from "./StickerPicture";
import { word } from "./words";

/** Width and height of stickers, at the most. */
const SIDE = 512;
const MOST_MOVING = 2 ** 20;

interface Prepared {
  blob: Blob;
  width: number;
  height: number;
}

/** A picture as a sticker: small; one that moves stays as it is. */
async function prepare(file: File): Promise<Prepared | undefined> {
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (!picture) return undefined;
  const size = fitInto(picture.width, picture.height, SIDE);
  if (file.type === "image/gif") {
    picture.close();
    return file.size <= MOST_MOVING ? { blob: file, ...size } : undefined;
  }
  const canvas = new OffscreenCanvas(size.width, size.height);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, size.width, size.height);
  picture.close();
  return { blob: await canvas.convertToBlob({ type: "image/webp", quality: 0.9 }), ...size };
}

/** Makes or changes a pack: its name, and pictures with their names. */
export default function PackDialog(props: { pack: Pack; roomId: string; onClose: () => void }) {
  const client = useClient();
  const [name, setName] = createSignal(props.pack.name);
  const [stickers, setStickers] = createStore<Sticker[]>(
    props.pack.stickers.map((sticker) => ({ ...sticker })),
  );
  const [busy, setBusy] = createSignal(false);
  let picker!: HTMLInputElement;

  const add = async (files: readonly File[]) => {
    setBusy(true);
    for (const file of files) {
      const made = await prepare(file);
      if (!made) {
        tell(word("packBad", { name: file.name }));
        continue;
      }
      const answer = await client.command("media.upload", { blob: made.blob });
      if (!answer.ok) {
        tellFailure(answer.error);
        break;
      }
      const { blob, width: w, height: h } = made;
      const body = file.name.replace(/\.\w+$/, "");
      const info = { w, h, size: blob.size, mimetype: blob.type };
      setStickers(stickers.length, { code: "", url: answer.value.mxc, body, info });
    }
    setBusy(false);
  };
  const own = useValue("account", () => ({ type: OWN_PACK }));
  const states = useValue("states", () => ({ roomId: props.roomId, type: ROOM_PACKS }));
  const write = (pack: Pack) => {
    const { roomId } = props;
    if (pack.id === "own")
      return client.command("account.set", { type: OWN_PACK, content: writePack(pack, own()) });
    const content = writePack(pack, states()?.[pack.id]);
    return client.command("room.state", { roomId, type: ROOM_PACKS, stateKey: pack.id, content });
  };
  const save = async () => {
    setBusy(true);
    // The code follows the name that the person gave.
    const named = stickers.map((one) => ({ ...one, code: "", body: one.body.trim() }));
    const saved = await orTell(write({ ...props.pack, name: name().trim(), stickers: named }));
    setBusy(false);
    if (saved !== undefined) props.onClose();
  };
  return (
    <Dialog
      open
      title={word("packTitle")}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" icon="plus" busy={busy()} onClick={() => picker.click()}>
            {word("packAdd")}
          </Button>
          <Button look="quiet" onClick={props.onClose}>
            {uiWord("cancel")}
          </Button>
          <Button look="primary" busy={busy()} onClick={save}>
            {word("packSave")}
          </Button>
        </>
      }
    >
      <TextField label={word("packName")} value={name()} onInput={setName} maxLength={64} />
      <Show when={stickers.length > 0} fallback={<p class="field-note">{word("packHint")}</p>}>
        <ul class="pack-list">
          <For each={stickers}>
            {(sticker, at) => (
              <li>
                <span class="pack-picture">
                  <StickerPicture url={sticker.url} />
                </span>
                <input
                  class="input"
                  value={sticker.body}
                  maxLength={64}
                  aria-label={word("packSticker", { count: at() + 1 })}
                  onInput={(event) => setStickers(at(), "body", event.currentTarget.value)}
                />
                <IconButton
                  icon="trash"
                  label={word("packRemove", { name: sticker.body })}
                  onClick={() => setStickers(stickers.filter((one) => one !== sticker))}
                />
              </li>
            )}
          </For>
        </ul>
      </Show>
      <input
        ref={picker}
        class="pack-files"
        type="file"
        accept="image/png,image/jpeg,image/webp,image/gif"
        multiple
        hidden
        onChange={(event) => {
          add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </Dialog>
  );
}
