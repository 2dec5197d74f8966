import { createSignal, lazy, Show, Suspense } from "solid-js";
import { useClient, useValue } from "../../bridge/client";
import type { GroupKind, RoomView } from "../../engine/records";
import { Button, Switch } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { orTell } from "../../ui/toasts";
import { word } from "./words";

const MentionGroups = lazy(() => import("./MentionGroups"));

/** Of what kind the group is, who invites into it, and its groups for mentions. */
export function GroupFacts(props: { room: RoomView }) {
  const client = useClient();
  const [naming, setNaming] = createSignal(false);
  const mayName = () => props.room.may.mentionGroups || props.room.mentionGroups.length > 0;
  return (
    <section class="privacy" aria-label={word("group")}>
      <Show
        when={props.room.group}
        fallback={
          <h4 class="privacy-head">
            <Icon name="people" />
            {word("group")}
          </h4>
        }
      >
        {(group) => (
          <>
            <Kind group={group()} />
            <Show when={group().kind === "basic"}>
              <Show
                when={props.room.may.group}
                fallback={<Show when={group().isWhole}>{<p>{word("following")}</p>}</Show>}
              >
                <Switch
                  label={word("follow")}
                  note={word("followText")}
                  checked={group().isWhole}
                  onChange={(isWhole) =>
                    orTell(client.command("room.following", { roomId: props.room.id, isWhole }))
                  }
                />
              </Show>
            </Show>
          </>
        )}
      </Show>
      <p>{word(props.room.inviteLevel > 0 ? "inviteAdmins" : "inviteAll")}</p>
      <Show when={mayName()}>
        <Button look="quiet" icon="at" onClick={() => setNaming(true)}>
          {word("mentionGroups", { count: props.room.mentionGroups.length })}
        </Button>
      </Show>
      <Suspense>
        <Show when={naming()}>
          <MentionGroups room={props.room} onClose={() => setNaming(false)} />
        </Show>
      </Suspense>
    </section>
  );
}

function Kind(props: { group: GroupKind }) {
  const institution = useValue("institution", () => null);
  const unit = () => institution()?.units.find(({ id }) => id === props.group.unit)?.name;
  const title = () => {
    const name = unit();
    if (props.group.kind === "project") return word("projectGroup");
    if (props.group.unit === 0) return word("basicOfAll");
    return name === undefined ? word("basicOfSome") : word("basicOf", { unit: name });
  };
  return (
    <>
      <h4 class="privacy-head">
        <Icon name="people" />
        {title()}
      </h4>
      <p>{word(`${props.group.kind}Text`)}</p>
    </>
  );
}
