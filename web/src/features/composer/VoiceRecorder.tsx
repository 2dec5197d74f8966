import { createSignal, onCleanup, onMount, Show } from "solid-js";
import { duration } from "../../base/format";
import { useClient } from "../../bridge/client";
import { IconButton } from "../../ui/controls";
import { orTell, tell } from "../../ui/toasts";
import { resample } from "./waveform";
import { word } from "./words";

const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

interface Recorded {
  blob: Blob;
  durationMs: number;
  url: string;
}

/** Records the voice: stop, listen, send or throw away. */
export default function VoiceRecorder(props: {
  where: { roomId: string; threadId?: string };
  urgent: boolean;
  onClose: () => void;
  onSent: () => void;
}) {
  const client = useClient();
  const [spent, setSpent] = createSignal(0);
  const [level, setLevel] = createSignal(0);
  const [recorded, setRecorded] = createSignal<Recorded>();
  const levels: number[] = [];
  let recorder: MediaRecorder | undefined;
  let stream: MediaStream | undefined;
  let context: AudioContext | undefined;
  let timer = 0;
  let gone = false;

  onMount(async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      tell(word("voiceDenied"));
      props.onClose();
      return;
    }
    if (gone) release();
    else start(stream);
  });

  function start(from: MediaStream): void {
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    recorder = new MediaRecorder(from, type ? { mimeType: type } : {});
    const parts: Blob[] = [];
    const began = performance.now();
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      const blob = new Blob(parts, {
        type: (recorder?.mimeType ?? "audio/ogg").split(";")[0] ?? "",
      });
      const durationMs = Math.round(performance.now() - began);
      release();
      if (!gone) setRecorded({ blob, durationMs, url: URL.createObjectURL(blob) });
    };
    recorder.start();
    context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(from).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    timer = window.setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
      levels.push(Math.min(1, loudness * 3));
      setLevel(Math.min(1, loudness * 3));
      setSpent(performance.now() - began);
    }, 60);
  }

  function release(): void {
    clearInterval(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
    context?.close();
    context = undefined;
  }

  onCleanup(() => {
    gone = true;
    if (recorder?.state === "recording") recorder.stop();
    release();
    const url = recorded()?.url;
    if (url) URL.revokeObjectURL(url);
  });

  const send = async () => {
    const made = recorded();
    if (!made) return;
    const extension = made.blob.type.includes("ogg")
      ? "ogg"
      : made.blob.type.includes("mp4")
        ? "m4a"
        : "webm";
    await orTell(
      client.command("send.files", {
        ...props.where,
        urgent: props.urgent,
        files: [
          {
            blob: made.blob,
            name: `voice.${extension}`,
            mimetype: made.blob.type,
            kind: "voice",
            durationMs: made.durationMs,
            waveform: resample(levels, 64),
          },
        ],
      }),
    );
    props.onSent();
    props.onClose();
  };

  return (
    <section class="composer-line recorder" aria-label={word("voice")}>
      <IconButton icon="trash" label={word("voiceDiscard")} onClick={props.onClose} />
      <Show
        when={recorded()}
        fallback={
          <>
            <span class="recorder-dot" aria-hidden="true" />
            <span class="sr-only" role="status">
              {word("recording")}
            </span>
            <span class="recorder-time">{duration(spent())}</span>
            <meter class="recorder-level" min={0} max={1} value={level()} aria-hidden="true" />
            <IconButton
              icon="stop"
              class="composer-send"
              label={word("voiceStop")}
              onClick={() => recorder?.stop()}
            />
          </>
        }
      >
        {(made) => (
          <>
            {/* biome-ignore lint/a11y/useMediaCaption: one's own voice just recorded */}
            <audio
              class="recorder-audio"
              src={made().url}
              controls
              aria-label={word("voiceListen")}
            />
            <IconButton
              icon="send"
              class="composer-send"
              label={word("voiceSend")}
              onClick={send}
            />
          </>
        )}
      </Show>
    </section>
  );
}
