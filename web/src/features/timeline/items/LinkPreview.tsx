import { createEffect, createMemo, createSignal, onCleanup, Show } from "solid-js";
import { useClient } from "../../../bridge/client";
import { useMedia } from "../../../bridge/media";
import type { Commands } from "../../../bridge/protocol";
import type { ItemRecord } from "../../../engine/records";
import { useConversation } from "../conversation";
import { firstLink } from "../links";

type Preview = Commands["media.preview"]["value"];

const known = new Map<string, Promise<Preview | undefined>>();

/**
 * What the institution's server tells of an address. In an encrypted chat nothing is asked: the
 * address is part of what only its readers may know.
 */
export function LinkPreview(props: { item: ItemRecord }) {
  const client = useClient();
  const conversation = useConversation();
  const url = createMemo(() =>
    conversation.room().encrypted || props.item.content.msgtype === "m.notice"
      ? undefined
      : firstLink(String(props.item.content.body ?? "")),
  );
  const [preview, setPreview] = createSignal<Preview>();
  createEffect(() => {
    const address = url();
    setPreview(undefined);
    if (!address) return;
    let gone = false;
    onCleanup(() => {
      gone = true;
    });
    const asked =
      known.get(address) ??
      client
        .command("media.preview", { url: address })
        .then((answer) => (answer.ok ? answer.value : undefined));
    known.set(address, asked);
    asked.then((found) => {
      if (!gone) setPreview(found);
    });
  });
  const image = useMedia(() => {
    const mxc = preview()?.image;
    return mxc
      ? { source: { mxc }, thumbnail: { width: 160, height: 160, crop: true } }
      : undefined;
  });
  return (
    <Show when={preview()?.title ? preview() : undefined}>
      {(shown) => (
        <a class="link-preview" href={url()} target="_blank" rel="noopener noreferrer nofollow">
          <span class="link-preview-text">
            <Show when={shown().site}>
              <small class="ellipsis">{shown().site}</small>
            </Show>
            <strong>{shown().title}</strong>
            <Show when={shown().description}>
              <span class="link-preview-description">{shown().description}</span>
            </Show>
          </span>
          <Show when={image.url()}>{(src) => <img src={src()} alt="" />}</Show>
        </a>
      )}
    </Show>
  );
}
