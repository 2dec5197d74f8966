import { createEffect, createSignal, For, onCleanup, Show } from "solid-js";
import { duration, fileSize } from "../../../base/format";
import { useMedia } from "../../../bridge/media";
import type { Content, ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { language } from "../../../ui/preferences";
import { useConversation } from "../conversation";
import { bars } from "../data";
import { word } from "../words";
import { fileOf, infoOf, nameOf } from "./media";
import { nextRate, playing, rate, setPlaying } from "./player";
import { Upload } from "./Upload";

const isVoice = (item: ItemRecord) => "org.matrix.msc3245.voice" in item.content;
const BARS = 40;

/** A recording: voices with their waveform, which can be pressed to go to a place. */
export function AudioItem(props: { item: ItemRecord }) {
  const conversation = useConversation();
  const isMine = () => playing() === props.item.id;
  const [wanted, setWanted] = createSignal(false);
  const [at, setAt] = createSignal(0);
  const [paused, setPaused] = createSignal(true);
  const media = useMedia(() => (wanted() ? fileOf(props.item) : undefined));
  const extra = () => (props.item.content["org.matrix.msc1767.audio"] ?? {}) as Content;
  const length = () => Number(infoOf(props.item).duration ?? extra().duration ?? 0);
  const audio = new Audio();

  audio.addEventListener("timeupdate", () => setAt(audio.currentTime * 1000));
  audio.addEventListener("play", () => setPaused(false));
  audio.addEventListener("pause", () => setPaused(true));
  audio.addEventListener("ended", () => {
    setAt(0);
    const items = conversation.items();
    const own = items.findIndex((item) => item.id === props.item.id);
    const next = items.slice(own + 1).find((item) => item.content.msgtype === "m.audio");
    setPlaying(next && isVoice(next) && isVoice(props.item) ? next.id : undefined);
  });
  createEffect(() => {
    if (isMine()) setWanted(true);
    else audio.pause();
  });
  createEffect(() => {
    const url = media.url();
    if (!url) return;
    if (audio.src !== url) audio.src = url;
    if (isMine()) audio.play().catch(() => setPlaying(undefined));
  });
  createEffect(() => {
    audio.playbackRate = rate();
  });
  onCleanup(() => audio.pause());

  const press = () => {
    if (isMine() && !audio.paused) {
      audio.pause();
      return;
    }
    setPlaying(props.item.id);
    media.again();
    if (audio.src) audio.play().catch(() => setPlaying(undefined));
  };
  const seek = (ms: number) => {
    setAt(ms);
    audio.currentTime = ms / 1000;
  };
  const share = () => (length() > 0 ? at() / length() : 0);

  return (
    <div class="audio">
      <button
        type="button"
        class="audio-play"
        aria-label={isMine() && !paused() ? word("pause") : word("play")}
        onClick={press}
      >
        <Show
          when={!(isMine() && !media.url() && !media.failed())}
          fallback={<span class="spinner" />}
        >
          <Icon name={isMine() && !paused() ? "pause" : "play"} />
        </Show>
      </button>
      <div class="audio-middle">
        <Show
          when={isVoice(props.item)}
          fallback={<span class="file-name">{nameOf(props.item)}</span>}
        >
          <svg
            class="waveform"
            viewBox={`0 0 ${BARS * 4} 24`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            <For each={bars(extra().waveform, BARS)}>
              {(height, place) => (
                <rect
                  classList={{ past: place() / BARS < share() }}
                  x={place() * 4}
                  y={12 - height * 11}
                  width="2.4"
                  height={height * 22}
                  rx="1.2"
                />
              )}
            </For>
          </svg>
        </Show>
        <input
          type="range"
          class="audio-seek"
          classList={{ over: isVoice(props.item) }}
          aria-label={word("position")}
          min={0}
          max={length() || 1}
          step={100}
          value={at()}
          disabled={!media.url()}
          onInput={(event) => seek(event.currentTarget.valueAsNumber)}
        />
        <small class="audio-time">
          {media.failed()
            ? word("mediaFailed")
            : length() > 0
              ? `${at() > 0 ? `${duration(at())} / ` : ""}${duration(length())}`
              : fileSize(language(), Number(infoOf(props.item).size ?? 0))}
        </small>
      </div>
      <Show when={isMine()}>
        <button
          type="button"
          class="audio-rate"
          aria-label={`${word("speed")} ${rate()}`}
          onClick={nextRate}
        >
          {rate()}×
        </button>
      </Show>
      <Upload item={props.item} />
    </div>
  );
}
