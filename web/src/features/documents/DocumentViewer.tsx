import { Dialog } from "@kobalte/core/dialog";
import { createSignal, lazy, Match, onCleanup, onMount, Show, Suspense, Switch } from "solid-js";
import { useClient } from "../../bridge/client";
import type { MediaAsk } from "../../engine/records";
import { closeOnBack } from "../../ui/back";
import { IconButton } from "../../ui/controls";
import { uiWord } from "../../ui/uiWords";
import { documentKind, isTooLarge } from "./data";
import "./view.css";
import { word } from "./words";
import type { Trouble } from "./zip";

const PdfPages = lazy(() => import("./PdfPages"));
const OfficePages = lazy(() => import("./OfficePages"));

/** A document over everything, read where it is: encrypted ones too. */
export default function DocumentViewer(props: {
  name: string;
  file: MediaAsk;
  onClose: () => void;
}) {
  const client = useClient();
  const [loaded, setLoaded] = createSignal<Blob>();
  const [trouble, setTrouble] = createSignal<Trouble | "failed">();
  const [zoom, setZoom] = createSignal(1);
  const kind = () => documentKind(props.name, props.file.mimetype);
  const scale = (by: number) => setZoom(Math.min(4, Math.max(0.5, zoom() * by)));
  let gone = false;
  onCleanup(() => {
    gone = true;
  });
  closeOnBack(
    () => true,
    () => props.onClose(),
  );
  onMount(async () => {
    const answer = await client.command("media.load", props.file);
    if (gone) return;
    if (!answer.ok) return setTrouble("failed");
    if (isTooLarge(kind() ?? "office", answer.value.blob.size)) setTrouble("large");
    setLoaded(answer.value.blob);
  });
  const save = () => {
    const blob = loaded();
    if (!blob) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = props.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === "+" || event.key === "=") scale(1.25);
    else if (event.key === "-") scale(1 / 1.25);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog open onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Content class="document-viewer" onKeyDown={press}>
          <header class="document-bar">
            <Dialog.Title
              class="document-name ellipsis"
              aria-label={word("viewing", { name: props.name })}
            >
              {props.name}
            </Dialog.Title>
            <IconButton icon="minus" label={word("zoomOut")} onClick={() => scale(1 / 1.25)} />
            <IconButton icon="plus" label={word("zoomIn")} onClick={() => scale(1.25)} />
            <IconButton
              icon="download"
              label={word("download")}
              disabled={!loaded()}
              onClick={save}
            />
            <IconButton icon="close" label={uiWord("close")} onClick={props.onClose} />
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
          <div class="document-stage" role="document" aria-label={props.name} tabIndex={0}>
            <Switch
              fallback={
                <div class="document-wait" role="status">
                  <span class="spinner" />
                  <span class="sr-only">{word("loading")}</span>
                </div>
              }
            >
              <Match when={trouble()}>
                {(why) => (
                  <p class="document-trouble" role="alert">
                    {word(why())}
                  </p>
                )}
              </Match>
              <Match when={loaded()}>
                {(file) => (
                  <Suspense>
                    <Show
                      when={kind() === "pdf"}
                      fallback={<OfficePages file={file()} zoom={zoom()} onTrouble={setTrouble} />}
                    >
                      <PdfPages file={file()} zoom={zoom()} onTrouble={setTrouble} />
                    </Show>
                  </Suspense>
                )}
              </Match>
            </Switch>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog>
  );
}
