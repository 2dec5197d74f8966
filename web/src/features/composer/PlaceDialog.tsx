import { createSignal, Match, Show, Suspense, Switch } from "solid-js";
import { coordinates, type Spot } from "../../base/spot";
import { useClient } from "../../bridge/client";
import type { RoomView } from "../../engine/records";
import { Button, Segments, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { orTell, tell } from "../../ui/toasts";
import { uiWord } from "../../ui/uiWords";
import { MapField } from "../map";
import { ask, DURATIONS, share } from "./live";
import { placeContent, spotIn } from "./place";
import { word } from "./words";

type Kind = "own" | "other" | "live";

/** Sends where one is or another place, or shares where one is for a while. */
export default function PlaceDialog(props: {
  room: RoomView;
  me: string;
  where: { roomId: string; threadId?: string };
  onSent: () => void;
  onClose: () => void;
}) {
  const client = useClient();
  const [kind, setKind] = createSignal<Kind>("own");
  const [address, setAddress] = createSignal("");
  const [name, setName] = createSignal("");
  const [minutes, setMinutes] = createSignal<number>(DURATIONS[0]);
  const [busy, setBusy] = createSignal(false);
  const kinds = (): Kind[] => (props.where.threadId ? ["own", "other"] : ["own", "other", "live"]);
  const spot = () => spotIn(address());
  const ready = () =>
    kind() === "own" || (kind() === "other" ? spot() !== undefined : props.room.may.live);

  const send = (place: Spot, title: string) => {
    const body = word("locationBody", { place: `${title} ${place.lat}, ${place.lon}`.trim() });
    const content = placeContent(place, body, title, kind() === "own");
    const type = "m.room.message";
    return orTell(client.command("send.event", { ...props.where, type, content }));
  };
  const own = async () => {
    const place = await ask();
    if (!place) tell(word("locationFailed"));
    return place;
  };
  const sendOwn = async () => {
    const place = await own();
    return place && send(place, "");
  };
  const act = async () => {
    setBusy(true);
    const place = spot();
    const done =
      kind() === "live"
        ? await share(client, { userId: props.me, roomId: props.room.id, minutes: minutes() })
        : kind() === "own"
          ? await sendOwn()
          : place && (await send(place, name().trim()));
    setBusy(false);
    if (!done) return;
    props.onSent();
    props.onClose();
  };
  return (
    <Dialog
      open
      title={word("placeTitle")}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" onClick={props.onClose}>
            {uiWord("cancel")}
          </Button>
          <Button look="primary" busy={busy()} disabled={!ready()} onClick={act}>
            {word(kind() === "live" ? "liveStart" : "placeSend")}
          </Button>
        </>
      }
    >
      <Segments
        label={word("placeWhat")}
        value={kind()}
        options={kinds().map((value) => ({ value, label: word(`place_${value}`) }))}
        onChange={setKind}
      />
      <Switch>
        <Match when={kind() === "own"}>
          <p class="field-note">{word("placeOwnNote")}</p>
        </Match>
        <Match when={kind() === "other"}>
          <Suspense fallback={<div class="place-map" />}>
            <MapField
              label={word("placeMap")}
              value={spot()}
              onChange={(chosen) => setAddress(coordinates(chosen))}
              onOwn={own}
            />
          </Suspense>
          <TextField
            label={word("placeAddress")}
            value={address()}
            onInput={setAddress}
            maxLength={2000}
            autocomplete="off"
            note={word("placeAddressNote")}
            error={address().trim() && !spot() ? word("placeUnread") : undefined}
          />
          <TextField label={word("placeName")} value={name()} onInput={setName} maxLength={100} />
        </Match>
        <Match when={kind() === "live"}>
          <Show
            when={props.room.may.live}
            fallback={<p class="field-error">{word("liveNotAllowed")}</p>}
          >
            <Segments
              label={word("liveFor")}
              value={String(minutes())}
              options={DURATIONS.map((count) => ({
                value: String(count),
                label:
                  count < 60
                    ? word("liveMinutes", { count })
                    : word("liveHours", { count: count / 60 }),
              }))}
              onChange={(value) => setMinutes(Number(value))}
            />
            <p class="field-note">{word("liveNote")}</p>
          </Show>
        </Match>
      </Switch>
    </Dialog>
  );
}
