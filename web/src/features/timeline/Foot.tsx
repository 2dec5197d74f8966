import { type JSX, Match, Switch } from "solid-js";
import { useClient } from "../../bridge/client";
import { Button } from "../../ui/controls";
import { chatPlace, go } from "../../ui/router";
import { orTell } from "../../ui/toasts";
import { useConversation } from "./conversation";
import { word } from "./words";

/** What stands below the messages: the composer, or why one cannot write and what one can do. */
export function Foot(props: { children: JSX.Element }) {
  const client = useClient();
  const conversation = useConversation();
  const room = conversation.room;
  const join = () => orTell(client.command("room.join", { roomIdOrAlias: room().id }));
  const leave = async () => {
    await orTell(client.command("room.leave", { roomId: room().id, forget: true }));
    go("#/", true);
  };
  return (
    <Switch fallback={props.children}>
      <Match when={room().successor}>
        {(next) => (
          <Bar
            text={
              room().closed ? word("movedBecause", { reason: room().closed ?? "" }) : word("moved")
            }
          >
            <Button
              look="primary"
              onClick={async () => {
                await orTell(client.command("room.join", { roomIdOrAlias: next() }));
                go(chatPlace(next()));
              }}
            >
              {word("goThere")}
            </Button>
          </Bar>
        )}
      </Match>
      <Match when={room().membership === "invite"}>
        <Bar text={word("inviteText", { name: room().name })}>
          <Button look="quiet" onClick={leave}>
            {word("decline")}
          </Button>
          <Button look="primary" onClick={join}>
            {word("accept")}
          </Button>
        </Bar>
      </Match>
      <Match when={room().membership === "knock"}>
        <Bar text={word("knockSent")}>
          <Button look="quiet" onClick={leave}>
            {word("withdraw")}
          </Button>
        </Bar>
      </Match>
      <Match when={room().membership !== "join"}>
        <Bar text={word("notMember")}>
          <Button look="quiet" onClick={join}>
            {word("rejoin")}
          </Button>
        </Bar>
      </Match>
      <Match when={room().closed !== undefined}>
        <Bar
          text={
            room().closed
              ? word("closedBecause", { reason: room().closed ?? "" })
              : word("closedText")
          }
        />
      </Match>
      <Match when={!room().may.send}>
        <Bar text={word("readOnly")} />
      </Match>
    </Switch>
  );
}

function Bar(props: { text: string; children?: JSX.Element }) {
  return (
    <div class="foot-bar">
      <p>{props.text}</p>
      <div class="foot-buttons">{props.children}</div>
    </div>
  );
}
