import { createMemo, Show } from "solid-js";
import { listOf } from "../../base/format";
import { useClient, useList, useValue } from "../../bridge/client";
import type { RoomView } from "../../engine/records";
import { ask } from "../../ui/Confirm";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { orTell } from "../../ui/toasts";
import { serversOf } from "./data";
import { word } from "./words";

const histories = {
  shared: "historyShared",
  invited: "historyInvited",
  joined: "historyJoined",
  world_readable: "historyWorld",
} as const;
const joins = {
  invite: "joinInvite",
  public: "joinPublic",
  knock: "joinKnock",
  restricted: "joinRestricted",
  knock_restricted: "joinRestricted",
} as const;

/** One honest panel: encrypted or not, who can read, who may join, which institutions take part. */
export function PrivacyPanel(props: { room: RoomView }) {
  const client = useClient();
  const members = useList("members", () => ({ roomId: props.room.id }));
  const servers = createMemo(() =>
    serversOf(members.order().flatMap((id) => members.row(id) ?? [])),
  );
  const history = () =>
    histories[props.room.historyVisibility as keyof typeof histories] ?? "historyShared";
  const join = () => joins[props.room.joinRule as keyof typeof joins] ?? "joinInvite";
  const encryption = useValue("encryption", () => null);
  const custody = () => (props.room.encrypted ? encryption()?.custody : undefined);
  const turnOn = async () => {
    const yes = await ask({
      title: word("turnOnTitle"),
      text: word("turnOnText"),
      yes: word("turnOn"),
    });
    if (yes === null) return;
    await orTell(
      client.command("room.state", {
        roomId: props.room.id,
        type: "m.room.encryption",
        stateKey: "",
        content: { algorithm: "m.megolm.v1.aes-sha2" },
      }),
    );
  };
  return (
    <section class="privacy" aria-label={word("privacy")}>
      <h4 class="privacy-head" classList={{ on: props.room.encrypted }}>
        <Icon name={props.room.encrypted ? "lock" : "eye"} />
        {props.room.encrypted ? word("e2eeOn") : word("e2eeOff")}
      </h4>
      <p>{props.room.encrypted ? word("e2eeOnText") : word("e2eeOffText")}</p>
      <ul>
        <Show when={props.room.kind !== "self"}>
          <li>{word(history())}</li>
          <li>{word(join())}</li>
        </Show>
        <Show when={custody()}>
          {(held) => (
            <li>{word("custody", { threshold: held().threshold, count: held().holders })}</li>
          )}
        </Show>
        <Show when={servers().length > 0}>
          <li>
            {word("servers", {
              count: servers().length,
              names: listOf(language(), servers().slice(0, 6)),
            })}
          </li>
        </Show>
      </ul>
      <Show
        when={!props.room.encrypted && props.room.may.encrypt && props.room.joinRule !== "public"}
      >
        <Button look="quiet" icon="lock" onClick={turnOn}>
          {word("turnOn")}
        </Button>
      </Show>
    </section>
  );
}
