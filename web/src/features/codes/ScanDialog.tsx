import jsQR from "jsqr";
import { createSignal, onCleanup, onMount, Show } from "solid-js";
import { Button, NoticeBox } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import "./view.css";
import { word } from "./words";

/** Pictures are made so small before they are looked into: enough for a code, quick on a phone. */
const SIDE = 720;
const PAUSE_MS = 120;

export interface Scanned {
  text: string;
  /** What the code holds; codes of verification are no text. */
  bytes: Uint8Array;
}

function codeIn(picture: CanvasImageSource, width: number, height: number): Scanned | undefined {
  const scale = Math.min(1, SIDE / Math.max(width, height, 1));
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (w < 1 || h < 1) return undefined;
  const canvas = new OffscreenCanvas(w, h);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return undefined;
  context.drawImage(picture, 0, 0, w, h);
  const found = jsQR(context.getImageData(0, 0, w, h).data, w, h);
  return found ? { text: found.data, bytes: Uint8Array.from(found.binaryData) } : undefined;
}

/** Reads a code by the camera, or in a picture. `onFound` gives why the code is not the right one. */
export default function ScanDialog(props: {
  title: string;
  onFound: (code: Scanned) => string | undefined | Promise<string | undefined>;
  onClose: () => void;
}) {
  const [camera, setCamera] = createSignal<"asked" | "on" | "refused">("asked");
  const [wrong, setWrong] = createSignal<string>();
  let video!: HTMLVideoElement;
  let picker!: HTMLInputElement;
  let stream: MediaStream | undefined;
  let timer = 0;
  let gone = false;
  let last = "";

  onMount(async () => {
    try {
      const wish = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      stream = await navigator.mediaDevices.getUserMedia({ video: wish });
    } catch {
      setCamera("refused");
      return;
    }
    if (gone) return release();
    video.srcObject = stream;
    await video.play().catch(() => {});
    setCamera("on");
    look();
  });
  const release = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
  };
  onCleanup(() => {
    gone = true;
    clearTimeout(timer);
    release();
  });

  async function take(code: Scanned): Promise<void> {
    // A code that is not the right one is told of once, not again with every picture.
    if (code.bytes.join() === last) return;
    last = code.bytes.join();
    setWrong(await props.onFound(code));
  }
  async function look(): Promise<void> {
    const found = codeIn(video, video.videoWidth, video.videoHeight);
    if (found) await take(found);
    if (!gone) timer = window.setTimeout(look, PAUSE_MS);
  }
  const readPicture = async (file: File | undefined) => {
    if (!file) return;
    const picture = await createImageBitmap(file).catch(() => undefined);
    const found = picture && codeIn(picture, picture.width, picture.height);
    picture?.close();
    last = "";
    if (found) await take(found);
    else setWrong(word("noCode"));
  };

  return (
    <Dialog
      open
      size="s"
      title={props.title}
      onClose={props.onClose}
      footer={
        <Button look="quiet" icon="image" onClick={() => picker.click()}>
          {word("choosePicture")}
        </Button>
      }
    >
      <Show
        when={camera() !== "refused"}
        fallback={<NoticeBox look="warn">{word("noCamera")}</NoticeBox>}
      >
        <div class="scan-view">
          <video ref={video} muted playsinline aria-label={word("camera")} />
          <Show when={camera() === "on"} fallback={<span class="spinner" />}>
            <span class="scan-frame" aria-hidden="true" />
          </Show>
        </div>
        <p class="field-note code-note">{word("scanNote")}</p>
      </Show>
      <div role="alert">
        <Show when={wrong()}>{(text) => <NoticeBox look="warn">{text()}</NoticeBox>}</Show>
      </div>
      <input
        ref={picker}
        type="file"
        accept="image/*"
        hidden
        onChange={(event) => {
          readPicture(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
    </Dialog>
  );
}
