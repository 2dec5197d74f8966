import { Match, Show, Switch } from "solid-js";
import { clockTime } from "../../base/format";
import { useClient, useValue } from "../../bridge/client";
import type { ItemRecord } from "../../engine/records";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { acknowledge, canAcknowledge, maySeeReached } from "./commands";
import { useConversation } from "./conversation";
import { officialOf, urgentTitle } from "./urgentData";
import { word } from "./words";

/** That a message is urgent, above its words. */
export function UrgentHead(props: { item: ItemRecord }) {
  const official = () => officialOf(props.item.content);
  return (
    <p class="urgent-head">
      <Icon name={official()?.kind === "official" ? "megaphone" : "warning"} class="icon-s" />
      <span>
        <strong>{word(urgentTitle(props.item.content))}</strong>
        <Show when={official()?.signed}>{(name) => <span> · {name()}</span>}</Show>
      </span>
    </p>
  );
}

/** Below the words: the button for who is asked, and for who asked how far it has come. */
export function UrgentFoot(props: { item: ItemRecord }) {
  const client = useClient();
  const conversation = useConversation();
  const mine = () => props.item.urgent?.mine;
  return (
    <Switch>
      <Match
        when={
          props.item.state === "sent" &&
          maySeeReached(conversation.room(), props.item) &&
          props.item.mine
        }
      >
        <ReachedLine item={props.item} />
      </Match>
      <Match when={canAcknowledge(conversation.room(), props.item)}>
        <div class="urgent-foot">
          <Button look="primary" wide icon="check" onClick={() => acknowledge(client, props.item)}>
            {word("acknowledge")}
          </Button>
        </div>
      </Match>
      <Match when={mine()}>
        {(one) => (
          <p class="urgent-foot done" role="status">
            <Icon name={one().waiting ? "clock" : "checks"} class="icon-s" />
            {one().waiting
              ? word("ackWaits")
              : word("acknowledgedAt", { time: clockTime(language(), one().ts) })}
          </p>
        )}
      </Match>
    </Switch>
  );
}

/** How many have acknowledged what I asked of them; a press tells who. */
function ReachedLine(props: { item: ItemRecord }) {
  const conversation = useConversation();
  const reached = useValue("reached", () => {
    const { roomId, eventId } = props.item;
    return eventId === undefined ? undefined : { roomId, eventId };
  });
  const count = () => reached()?.acknowledged.length ?? props.item.urgent?.acks.length ?? 0;
  const most = () => reached()?.addressed;
  return (
    <button
      type="button"
      class="urgent-foot urgent-reached"
      onClick={() => conversation.openReached(props.item)}
    >
      <Icon name={count() > 0 && count() === most() ? "checks" : "clock"} class="icon-s" />
      <span>
        <Show when={most()} fallback={word("ackCount", { count: count() })}>
          {(all) => <>{word("ackOf", { count: count(), all: all() })}</>}
        </Show>
      </span>
      <Icon name="chevronRight" class="icon-s" />
    </button>
  );
}
