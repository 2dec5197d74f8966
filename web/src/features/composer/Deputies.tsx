import { For, Show } from "solid-js";
import { dayLabel } from "../../base/format";
import type { UserId } from "../../base/ids";
import { useList, useValue } from "../../bridge/client";
import type { RoomView } from "../../engine/records";
import { Button } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { deputyNow, useName } from "../people";
import type { Mention } from "./markdown";
import { word } from "./words";

/**
 * Who of the mentioned is away, and who stands in: of an encrypted message the server cannot tell
 * the deputy, so the writer is asked before it is sent.
 */
export function Deputies(props: {
  room: RoomView;
  me: UserId | undefined;
  mentioned: readonly UserId[];
  onMention: (mention: Mention) => void;
}) {
  return (
    <For each={props.mentioned.slice(0, 3)}>
      {(userId) => <Deputy {...props} userId={userId} />}
    </For>
  );
}

function Deputy(props: {
  userId: UserId;
  room: RoomView;
  me: UserId | undefined;
  mentioned: readonly UserId[];
  onMention: (mention: Mention) => void;
}) {
  const card = useValue("card", () => ({ userId: props.userId }));
  const deputy = () => {
    const known = card();
    const found = known ? deputyNow(known, now()) : undefined;
    return found && found.id !== props.me && !props.mentioned.includes(found.id)
      ? found
      : undefined;
  };
  const members = useList("members", () => (deputy() ? { roomId: props.room.id } : undefined));
  const name = useName(() => deputy()?.id);
  const member = () => {
    const found = members.row(deputy()?.id ?? "");
    return found?.membership === "join" ? found : undefined;
  };
  return (
    <Show when={deputy()}>
      {(one) => (
        <div class="composer-target" role="status">
          <Icon name="clock" />
          <span class="composer-target-text">
            <strong>
              {word("awayMentioned", {
                name: card()?.name ?? "",
                until: dayLabel(language(), one().until, now()),
              })}
            </strong>
            <span>{word(member() ? "deputyHere" : "deputyElsewhere", { name: name() })}</span>
          </span>
          <Show when={member()}>
            {(found) => (
              <Button
                look="quiet"
                icon="at"
                onClick={() => props.onMention({ name: found().name, userId: found().id })}
              >
                {word("mentionToo")}
              </Button>
            )}
          </Show>
        </div>
      )}
    </Show>
  );
}
