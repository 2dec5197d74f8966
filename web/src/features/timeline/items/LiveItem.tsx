import { createMemo, createSignal, Show, Suspense } from "solid-js";
import { clockTime } from "../../../base/format";
import { useClient, useList, useValue } from "../../../bridge/client";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { now } from "../../../ui/now";
import { language } from "../../../ui/preferences";
import { stopSharing } from "../../composer";
import { MapDialog, type Pin } from "../../map";
import { isSharedNow, sharedUntil } from "../live";
import { word } from "../words";
import { coordinates, geoOf, spotOf } from "./geo";
import { Place, Placeless } from "./Place";

/** Somebody's place while it is shared: it moves, and ends (MSC3489, MSC3672). */
export function LiveItem(props: { item: ItemRecord }) {
  const client = useClient();
  const [open, setOpen] = createSignal(false);
  const states = useValue("states", () => ({ roomId: props.item.roomId, type: props.item.type }));
  const isOn = (item: ItemRecord) => isSharedNow(item, states()?.[item.stateKey ?? ""], now());
  const on = () => isOn(props.item);
  const spot = () => spotOf(geoOf(props.item.place?.uri));
  const told = () => {
    const { place } = props.item;
    if (!place || !spot()) return on() ? word("liveWaits") : word("liveNowhere");
    return word(on() ? "liveAt" : "liveLast", {
      place: coordinates(geoOf(place.uri) ?? ""),
      time: clockTime(language(), place.ts),
    });
  };
  const title = () =>
    on()
      ? word("liveUntil", { time: clockTime(language(), sharedUntil(props.item)) })
      : word("liveEnded");
  return (
    <div class="live" classList={{ on: on() }}>
      <Show when={spot()} fallback={<Placeless name={title()} text={told()} waits={on()} />}>
        {(at) => (
          <Place
            spot={at()}
            name={title()}
            text={told()}
            past={!on()}
            onOpen={() => setOpen(true)}
          />
        )}
      </Show>
      <Show when={on() && props.item.mine}>
        <button
          type="button"
          class="live-stop"
          onClick={() => stopSharing(client, props.item.roomId)}
        >
          <Icon name="stop" class="icon-s" />
          {word("liveStop")}
        </button>
      </Show>
      <Suspense>
        <Show when={open()}>
          <LiveMap item={props.item} isOn={isOn} onClose={() => setOpen(false)} />
        </Show>
      </Suspense>
    </div>
  );
}

/** Everybody of the chat who shares where they are now, on one map; they move on it. */
function LiveMap(props: {
  item: ItemRecord;
  isOn: (item: ItemRecord) => boolean;
  onClose: () => void;
}) {
  const others = useList("sharing", () => ({ roomId: props.item.roomId }));
  const pins = createMemo(() => {
    const { id } = props.item;
    const shown = others
      .order()
      .flatMap((each) => others.row(each) ?? [])
      .filter((item) => item.id !== id && item.type === props.item.type && props.isOn(item));
    return [props.item, ...shown].flatMap((item): Pin[] => {
      const spot = spotOf(geoOf(item.place?.uri));
      if (!spot || !item.place) return [];
      const note = word("liveUpdated", { time: clockTime(language(), item.place.ts) });
      return [{ id: item.id, name: item.senderName, spot, note, past: !props.isOn(item) }];
    });
  });
  return <MapDialog title={word("live")} pins={pins()} onClose={props.onClose} />;
}
