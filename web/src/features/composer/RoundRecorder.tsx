import { createSignal, onCleanup, onMount, Show } from "solid-js";
import { duration } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { Attachment } from "../../engine/records";
import { IconButton } from "../../ui/controls";
import { orTell, tell } from "../../ui/toasts";
import { word } from "./words";

const TYPES = ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];
/** Width and height of what is sent. */
const SIDE = 400;
const FRAMES = 25;
const LONGEST_MS = 60_000;

interface Recorded {
  blob: Blob;
  durationMs: number;
  url: string;
  thumbnail: Attachment["thumbnail"];
}

/** Records a round video: stop, look at it, send or throw away. */
export default function RoundRecorder(props: {
  where: { roomId: string; threadId?: string };
  urgent: boolean;
  onClose: () => void;
  onSent: () => void;
}) {
  const client = useClient();
  const [spent, setSpent] = createSignal<number>();
  const [recorded, setRecorded] = createSignal<Recorded>();
  let canvas!: HTMLCanvasElement;
  let recorder: MediaRecorder | undefined;
  let stream: MediaStream | undefined;
  let timer = 0;
  let gone = false;

  onMount(async () => {
    try {
      const video = { facingMode: "user", width: { ideal: 640 }, height: { ideal: 640 } };
      stream = await navigator.mediaDevices.getUserMedia({ video, audio: true });
    } catch {
      tell(word("roundDenied"));
      props.onClose();
      return;
    }
    if (gone) return release();
    const camera = document.createElement("video");
    camera.muted = true;
    camera.playsInline = true;
    camera.srcObject = stream;
    await camera.play().catch(() => {});
    if (gone) release();
    else start(camera, stream);
  });

  function start(camera: HTMLVideoElement, from: MediaStream): void {
    const drawn = canvas.captureStream(FRAMES);
    for (const track of from.getAudioTracks()) drawn.addTrack(track);
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    recorder = new MediaRecorder(drawn, type ? { mimeType: type } : {});
    const parts: Blob[] = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = async () => {
      const [mimetype = "video/webm"] = (recorder?.mimeType ?? "").split(";");
      const durationMs = Math.round(performance.now() - began);
      const thumbnail = await thumbnailOf(canvas);
      release();
      const blob = new Blob(parts, { type: mimetype });
      if (!gone) setRecorded({ blob, durationMs, url: URL.createObjectURL(blob), thumbnail });
    };
    drawSquare(camera, canvas);
    recorder.start();
    const began = performance.now();
    // A timer and not the screen's frames: it goes on when the tab is out of sight.
    timer = window.setInterval(() => {
      drawSquare(camera, canvas);
      setSpent(performance.now() - began);
      if (performance.now() - began > LONGEST_MS) stop();
    }, 1000 / FRAMES);
  }
  const stop = () => {
    clearInterval(timer);
    if (recorder?.state === "recording") recorder.stop();
  };
  function release(): void {
    clearInterval(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
  onCleanup(() => {
    gone = true;
    stop();
    release();
    const url = recorded()?.url;
    if (url) URL.revokeObjectURL(url);
  });

  const send = async () => {
    const made = recorded();
    if (!made) return;
    const file: Attachment = {
      blob: made.blob,
      name: made.blob.type.includes("mp4") ? "video.mp4" : "video.webm",
      mimetype: made.blob.type,
      kind: "video",
      round: true,
      width: SIDE,
      height: SIDE,
      durationMs: made.durationMs,
      ...(made.thumbnail && { thumbnail: made.thumbnail }),
    };
    const urgent = props.urgent ? { urgent: true } : {};
    await orTell(client.command("send.files", { ...props.where, files: [file], ...urgent }));
    props.onSent();
    props.onClose();
  };

  return (
    <section class="round-recorder" aria-label={word("round")}>
      <Show
        when={recorded()}
        fallback={<canvas ref={canvas} class="round-view" width={SIDE} height={SIDE} />}
      >
        {(made) => (
          // biome-ignore lint/a11y/useMediaCaption: one's own video just recorded
          <video
            class="round-view"
            src={made().url}
            autoplay
            loop
            playsinline
            aria-label={word("roundLook")}
          />
        )}
      </Show>
      <div class="composer-line recorder">
        <IconButton icon="trash" label={word("voiceDiscard")} onClick={props.onClose} />
        <Show when={!recorded() && spent() !== undefined}>
          <span class="recorder-dot" aria-hidden="true" />
          <span class="sr-only" role="status">
            {word("recording")}
          </span>
        </Show>
        <span class="recorder-time">{duration(recorded()?.durationMs ?? spent() ?? 0)}</span>
        <span class="round-gap" />
        <Show
          when={recorded()}
          fallback={
            <IconButton
              icon="stop"
              class="composer-send"
              label={word("voiceStop")}
              disabled={spent() === undefined}
              onClick={stop}
            />
          }
        >
          <IconButton icon="send" class="composer-send" label={word("voiceSend")} onClick={send} />
        </Show>
      </div>
    </section>
  );
}

/** The middle of the camera's picture. */
function drawSquare(camera: HTMLVideoElement, canvas: HTMLCanvasElement): void {
  const { videoWidth: width, videoHeight: height } = camera;
  const side = Math.min(width, height);
  if (side === 0) return;
  const [x, y] = [(width - side) / 2, (height - side) / 2];
  canvas.getContext("2d")?.drawImage(camera, x, y, side, side, 0, 0, SIDE, SIDE);
}

async function thumbnailOf(canvas: HTMLCanvasElement): Promise<Attachment["thumbnail"]> {
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.8));
  return blob ? { blob, width: SIDE, height: SIDE, mimetype: "image/jpeg" } : undefined;
}
