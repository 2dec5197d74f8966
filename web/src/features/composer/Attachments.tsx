import { createMemo, createSignal, For, lazy, onCleanup, Show, Suspense } from "solid-js";
import { fileSize } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { Content } from "../../engine/records";
import { Button, IconButton, NoticeBox, Switch } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { orTell } from "../../ui/toasts";
import { uiWord } from "../../ui/uiWords";
import { attachmentOf, kindOf } from "./measure";
import type { Composing } from "./state";
import { word } from "./words";

const Drawing = lazy(() => import("./Drawing"));

/** The files about to be sent: seen, taken away, given a caption. */
export default function Attachments(props: {
  composing: Composing;
  /** The content of words that go with the files. */
  caption: (text: string) => Content;
  where: { roomId: string; threadId?: string };
  onSent: () => void;
}) {
  const client = useClient();
  const [caption, setCaption] = createSignal(props.composing.text());
  const [plain, setPlain] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [drawn, setDrawn] = createSignal<File>();
  const files = () => props.composing.files();
  const close = () => props.composing.setFiles([]);
  let more!: HTMLInputElement;

  const send = async () => {
    if (busy()) return;
    setBusy(true);
    const attachments = await Promise.all(files().map((file) => attachmentOf(file, plain())));
    const text = caption().trim();
    const replyTo = props.composing.reply()?.eventId;
    const sent = await orTell(
      client.command("send.files", {
        ...props.where,
        files: attachments,
        ...(text ? { caption: props.caption(text) } : {}),
        ...(replyTo ? { replyTo } : {}),
        urgent: props.composing.urgent(),
      }),
    );
    setBusy(false);
    if (!sent) return;
    if (text === props.composing.text().trim()) props.composing.setText("");
    props.composing.setReply(undefined);
    props.composing.setUrgent(false);
    close();
    props.onSent();
  };

  return (
    <Dialog
      open
      title={word("files", { count: files().length })}
      onClose={close}
      footer={
        <>
          <Button look="quiet" icon="plus" onClick={() => more.click()}>
            {word("addMore")}
          </Button>
          <Button look="quiet" onClick={close}>
            {uiWord("cancel")}
          </Button>
          <Button look="primary" icon="send" busy={busy()} onClick={send}>
            {word("send")}
          </Button>
        </>
      }
    >
      <Show when={props.composing.urgent()}>
        <NoticeBox look="warn">{word("urgentNote")}</NoticeBox>
      </Show>
      <ul class="attachments" classList={{ single: files().length === 1 }}>
        <For each={files()}>
          {(file) => (
            <Preview
              file={file}
              onDraw={() => setDrawn(file)}
              onRemove={() => props.composing.setFiles(files().filter((one) => one !== file))}
            />
          )}
        </For>
      </ul>
      <Show when={files().some((file) => kindOf(file.type) !== "file")}>
        <Switch label={word("asFile")} checked={plain()} onChange={setPlain} />
      </Show>
      <textarea
        class="input"
        rows={2}
        placeholder={word("caption")}
        aria-label={word("caption")}
        value={caption()}
        onInput={(event) => setCaption(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <input
        ref={more}
        type="file"
        multiple
        hidden
        onChange={(event) => props.composing.addFiles([...(event.currentTarget.files ?? [])])}
      />
      <Suspense>
        <Show when={drawn()}>
          {(file) => (
            <Drawing
              file={file()}
              onDone={(made) => {
                props.composing.setFiles(files().map((one) => (one === file() ? made : one)));
                setDrawn(undefined);
              }}
              onClose={() => setDrawn(undefined)}
            />
          )}
        </Show>
      </Suspense>
    </Dialog>
  );
}

function Preview(props: { file: File; onDraw: () => void; onRemove: () => void }) {
  const kind = () => kindOf(props.file.type);
  const url = createMemo(() => {
    if (kind() !== "image" && kind() !== "video") return undefined;
    const made = URL.createObjectURL(props.file);
    onCleanup(() => URL.revokeObjectURL(made));
    return made;
  });
  return (
    <li class="attachment">
      <Show
        when={url()}
        fallback={
          <div class="attachment-file">
            <Icon name="file" />
            <span class="row-text">
              <span class="ellipsis">{props.file.name}</span>
              <small>{fileSize(language(), props.file.size)}</small>
            </span>
          </div>
        }
      >
        {(address) => (
          <Show when={kind() === "image"} fallback={<video src={address()} muted controls />}>
            <img src={address()} alt={props.file.name} />
          </Show>
        )}
      </Show>
      <Show when={kind() === "image" && props.file.type !== "image/gif"}>
        <IconButton
          icon="edit"
          class="attachment-remove draw"
          label={word("drawOn", { name: props.file.name })}
          onClick={props.onDraw}
        />
      </Show>
      <IconButton
        icon="close"
        class="attachment-remove"
        label={word("removeFile", { name: props.file.name })}
        onClick={props.onRemove}
      />
    </li>
  );
}
