import { createMemo, createResource, For, Show } from "solid-js";
import { dayLabel, listOf, stamp } from "../../base/format";
import { localpart } from "../../base/ids";
import { useClient, useList, useValue } from "../../bridge/client";
import type { RoomView } from "../../engine/records";
import { ask } from "../../ui/Confirm";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { orTell } from "../../ui/toasts";
import { daysOf, type Keeping, serversOf } from "./data";
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

/**
 * One honest panel: encrypted or not, who can read, who may join, which institutions take part, how
 * long it is kept, and whether somebody looked.
 */
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
  const [keeping] = createResource(
    () => props.room.id,
    async (roomId) => {
      const path = `/_depesha/v1/rooms/${encodeURIComponent(roomId)}/keeping`;
      const answer = await client.command("own.call", { method: "GET", path });
      return answer.ok ? (answer.value.body as Keeping) : undefined;
    },
  );
  const time = (ms: number | null) =>
    ms === null ? word("keptForEver") : word("keptDays", { count: daysOf(ms) });
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
        <Show when={keeping()}>
          {(kept) => (
            <>
              <li>{time(kept().messages_ms)}</li>
              <Show when={kept().files_ms !== kept().messages_ms}>
                <li>{word("filesDays", { count: daysOf(kept().files_ms ?? 0) })}</li>
              </Show>
              <Show when={kept().erased_before_ts}>
                {(ts) => (
                  <li>{word("erasedBefore", { day: dayLabel(language(), ts(), now()) })}</li>
                )}
              </Show>
              <For each={kept().inspections} fallback={<li>{word("nobodyLooked")}</li>}>
                {(look) => (
                  <li>
                    {word(look.of === "room" ? "chatInspected" : "youInspected", {
                      when: stamp(language(), look.read_ts),
                      number: look.case_number,
                      asked: localpart(look.asked_by),
                      approved: localpart(look.approved_by),
                    })}{" "}
                    <small>{look.ground}</small>
                  </li>
                )}
              </For>
            </>
          )}
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
