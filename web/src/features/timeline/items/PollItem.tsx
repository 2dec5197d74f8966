import { createMemo, For, Show } from "solid-js";
import { useClient } from "../../../bridge/client";
import type { ItemRecord } from "../../../engine/records";
import { Icon } from "../../../ui/icons";
import { orTell } from "../../../ui/toasts";
import { useConversation } from "../conversation";
import { countPoll, pollOf, toggleVote } from "../poll";
import { word } from "../words";

/** A poll: answers to press, results drawn as bars. */
export function PollItem(props: { item: ItemRecord }) {
  const client = useClient();
  const conversation = useConversation();
  const poll = createMemo(() => pollOf(props.item.content));
  const lines = createMemo(() => countPoll(poll(), props.item.poll));
  const closed = () => props.item.poll?.closed ?? false;
  const mine = () => props.item.poll?.mine ?? [];
  const seesResults = () => closed() || (!poll().hidden && mine().length > 0);
  const votes = () => new Set(Object.values(props.item.poll?.votes ?? {}).flat()).size;
  const mayVote = () =>
    !closed() && props.item.eventId !== undefined && conversation.room().may.send;

  const send = (type: string, content: Record<string, unknown>, relation: string) =>
    orTell(
      client.command("send.event", {
        roomId: props.item.roomId,
        type,
        content: {
          ...content,
          "m.relates_to": { rel_type: relation, event_id: props.item.eventId },
        },
      }),
    );
  const vote = (id: string) =>
    send(
      "org.matrix.msc3381.poll.response",
      { "org.matrix.msc3381.poll.response": { answers: toggleVote(poll(), mine(), id) } },
      "m.reference",
    );
  const end = () =>
    send(
      "org.matrix.msc3381.poll.end",
      { "org.matrix.msc3381.poll.end": {}, "org.matrix.msc1767.text": word("pollEnded") },
      "m.reference",
    );

  return (
    <div class="poll">
      <strong class="poll-question">{poll().question}</strong>
      <small class="poll-note">
        {poll().most > 1 ? word("pollSeveral") : word("pollOne")}
        {poll().hidden && !closed() ? ` · ${word("pollHidden")}` : ""}
        {closed() ? ` · ${word("pollOver")}` : ""}
      </small>
      <For each={lines()}>
        {(line) => (
          <button
            type="button"
            class="poll-answer"
            classList={{ mine: line.mine, best: closed() && line.best }}
            aria-pressed={line.mine}
            disabled={!mayVote()}
            onClick={() => vote(line.id)}
          >
            <span class="poll-mark">
              <Show when={line.mine}>
                <Icon name="check" class="icon-s" />
              </Show>
            </span>
            <span class="poll-text">{line.text}</span>
            <Show when={seesResults()}>
              <span class="poll-share">{line.share}%</span>
              <meter class="poll-bar" min={0} max={100} value={line.share} aria-hidden="true" />
            </Show>
          </button>
        )}
      </For>
      <div class="poll-foot">
        <small>{word("votes", { count: votes() })}</small>
        <Show when={mayVote() && (props.item.mine || conversation.room().may.redact)}>
          <button type="button" class="poll-end" onClick={end}>
            {word("endPoll")}
          </button>
        </Show>
      </div>
    </div>
  );
}
