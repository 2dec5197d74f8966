import { createEffect, createSignal, onCleanup, onMount, Show } from "solid-js";
import { duration } from "../../../base/format";
import { useMedia } from "../../../bridge/media";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { wantsCalm } from "../../../ui/preferences";
import { word } from "../words";
import { fileOf, infoOf, thumbnailOf } from "./media";
import { playing, setPlaying } from "./player";
import { Upload } from "./Upload";

/** How long the circle around the picture is, in its own units. */
const AROUND = 100;

/** Whether a video is round, as MSC4546 says. */
export const isRound = (item: ItemRecord) =>
  item.content.msgtype === "m.video" && item.content["org.interferolog.circle"] === true;

/** A round video: it moves silently while it is seen, and plays with sound when it is pressed. */
export function RoundItem(props: { item: ItemRecord }) {
  const [seen, setSeen] = createSignal(false);
  const [at, setAt] = createSignal(0);
  const calm = wantsCalm();
  const heard = () => playing() === props.item.id;
  const moves = () => heard() || (seen() && !calm());
  const poster = useMedia(() => thumbnailOf(props.item, 800));
  const file = useMedia(() => (moves() ? fileOf(props.item) : undefined));
  const length = () => Number(infoOf(props.item).duration ?? 0);
  let place!: HTMLButtonElement;
  let video: HTMLVideoElement | undefined;

  onMount(() => {
    const watch = new IntersectionObserver(
      (entries) => setSeen(entries.at(-1)?.isIntersecting ?? false),
      { threshold: 0.5 },
    );
    watch.observe(place);
    onCleanup(() => watch.disconnect());
  });
  // Known by itself: when the message goes, it can no longer be asked for.
  const { id } = props.item;
  onCleanup(() => playing() === id && setPlaying(undefined));
  createEffect(() => {
    const sound = heard();
    if (!video) return;
    video.muted = !sound;
    video.loop = !sound;
    if (sound) video.currentTime = 0;
    if (moves()) video.play().catch(() => sound && setPlaying(undefined));
    else video.pause();
  });
  const label = () => `${word(heard() ? "pause" : "playRound")}, ${duration(length())}`;

  return (
    <button
      ref={place}
      type="button"
      class="round"
      aria-label={label()}
      onClick={() => {
        setPlaying(heard() ? undefined : props.item.id);
        file.again();
      }}
    >
      <Show when={poster.url()}>{(src) => <img src={src()} alt="" />}</Show>
      <Show when={file.url()}>
        {(src) => (
          <video
            ref={video}
            src={src()}
            muted={!heard()}
            loop={!heard()}
            autoplay
            playsinline
            onTimeUpdate={(event) => setAt(event.currentTarget.currentTime * 1000)}
            onEnded={() => {
              setAt(0);
              setPlaying(undefined);
            }}
          />
        )}
      </Show>
      <Show when={heard()}>
        <svg class="round-progress" viewBox="0 0 36 36" aria-hidden="true">
          <circle
            cx="18"
            cy="18"
            r="17"
            pathLength={AROUND}
            stroke-dasharray={`${AROUND}`}
            stroke-dashoffset={`${AROUND - (at() / Math.max(1, length())) * AROUND}`}
          />
        </svg>
      </Show>
      <span class="round-mark">
        <Show
          when={file.failed()}
          fallback={<Icon name={heard() ? "pause" : "play"} class="icon-s" />}
        >
          <Icon name="error" class="icon-s" />
        </Show>
        {duration(heard() ? at() : length())}
      </span>
      <Upload item={props.item} />
    </button>
  );
}
