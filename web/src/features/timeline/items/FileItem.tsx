import { createEffect, createSignal, Show } from "solid-js";
import { fileSize } from "../../../base/format";
import { useMedia } from "../../../bridge/media";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { language } from "../../../ui/preferences";
import { documentKind } from "../../documents";
import { useConversation } from "../conversation";
import { word } from "../words";
import { fileOf, hasCaption, infoOf, nameOf, saveFile } from "./media";
import { MessageText } from "./TextItem";
import { Upload } from "./Upload";

/** A file: its name and size; a press opens it where it can be shown, else brings it. */
export function FileItem(props: { item: ItemRecord }) {
  const conversation = useConversation();
  const isShown = () => documentKind(nameOf(props.item), infoOf(props.item).mimetype) !== undefined;
  const press = () => {
    if (isShown()) return conversation.openDocument(props.item);
    setWanted(true);
    media.again();
  };
  const [wanted, setWanted] = createSignal(false);
  const media = useMedia(() => (wanted() ? fileOf(props.item) : undefined));
  const size = () => Number(infoOf(props.item).size ?? 0);
  createEffect(() => {
    const url = media.url();
    if (!url || !wanted()) return;
    saveFile(url, nameOf(props.item));
    setWanted(false);
  });
  return (
    <>
      <button
        type="button"
        class="file"
        aria-label={`${word(isShown() ? "open" : "download")}: ${nameOf(props.item)}`}
        onClick={press}
      >
        <span class="file-icon">
          <Show when={wanted() && !media.failed()} fallback={<Icon name="file" />}>
            <span class="spinner" />
          </Show>
        </span>
        <span class="row-text">
          <span class="file-name">{nameOf(props.item)}</span>
          <small>
            {media.failed()
              ? word("mediaFailed")
              : size() > 0
                ? fileSize(language(), size())
                : word("file")}
          </small>
        </span>
      </button>
      <Upload item={props.item} />
      <Show when={hasCaption(props.item)}>
        <MessageText item={props.item} />
      </Show>
    </>
  );
}
