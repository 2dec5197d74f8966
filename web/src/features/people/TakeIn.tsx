import { createSignal, For, Match, Show, Switch } from "solid-js";
import { useClient } from "../../bridge/client";
import type { GroupKind } from "../../engine/records";
import { Button, Switch as Switching, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { chatPlace, go } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { whyFailed } from "../../ui/uiWords";
import { Face } from "./Face";
import { GroupKindChoice } from "./GroupKindChoice";
import { askEach, inviteEach, type Refused, setTaking, type Taking, taking } from "./invite";
import { openPerson } from "./PersonCard";
import { word } from "./words";

/** Where chosen people become a group or join a chat; once in the application. */
export function TakeIn() {
  return <Show when={taking()}>{(what) => <Take {...what()} />}</Show>;
}

function Take(props: Taking) {
  const client = useClient();
  const [name, setName] = createSignal("");
  const [people, setPeople] = createSignal(props.people);
  const [kind, setKind] = createSignal<GroupKind>();
  const { units } = props.chosen;
  const alone = new Set(props.chosen.people.map((person) => person.id));
  // Of a unit of which one sees nobody, only its manager can say whom to invite.
  const [asking, setAsking] = createSignal(units.length > 0 && props.people.length === alone.size);
  const taken = () => (asking() ? people().filter(({ id }) => alone.has(id)) : people());
  const isNothing = () => taken().length === 0 && !asking();
  const [done, setDone] = createSignal<number>();
  const [refused, setRefused] = createSignal<readonly Refused[]>([]);
  const [roomId, setRoomId] = createSignal(props.room?.id ?? "");
  const close = () => setTaking(undefined);
  const enter = () => {
    close();
    go(chatPlace(roomId()));
  };
  const makeRoom = async () => {
    if (props.room) return props.room.id;
    const group = kind();
    const made = await orTell(
      client.command("room.create", {
        kind: "group",
        name: name().trim(),
        invite: [],
        encrypted: true,
        public: false,
        ...(group && { group }),
      }),
    );
    return made?.roomId;
  };
  const start = async () => {
    setDone(0);
    const id = await makeRoom();
    if (id) {
      setRoomId(id);
      const left = await inviteEach(client, id, taken(), setDone);
      const unasked = asking() ? await askEach(client, id, units) : [];
      setRefused([...left, ...unasked]);
      if (taken().length > 0) tell(word("invited", { count: taken().length - left.length }));
      if (asking() && unasked.length < units.length) tell(word("unitAsked"));
      if (refused().length === 0) enter();
    }
    setDone(undefined);
  };
  const label = () => {
    const count = taken().length;
    if (count === 0 && asking()) return word(props.room ? "unitAskAll" : "createAsking");
    return word(props.room ? "inviteCount" : "createWith", { count });
  };
  const title = () =>
    props.room ? word("intoChat", { name: props.room.name }) : word("groupOfChosen");
  return (
    <Dialog
      open
      size="s"
      title={refused().length > 0 ? word("notInvited") : title()}
      onClose={close}
      footer={
        <Show
          when={refused().length === 0}
          fallback={
            <Button look="primary" onClick={enter}>
              {word("openChat")}
            </Button>
          }
        >
          <Button
            look="primary"
            busy={done() !== undefined}
            disabled={isNothing() || (!props.room && !name().trim())}
            onClick={start}
          >
            {done() ? word("inviting", { done: done() ?? 0, count: taken().length }) : label()}
          </Button>
        </Show>
      }
    >
      <Switch>
        <Match when={refused().length > 0}>
          <p>{word("notInvitedText")}</p>
          <ul class="picker-list">
            <For each={refused()}>
              {(one) => (
                <li>
                  <NotTaken one={one} />
                </li>
              )}
            </For>
          </ul>
        </Match>
        <Match when={true}>
          <Show when={!props.room}>
            <TextField
              label={word("groupName")}
              value={name()}
              onInput={setName}
              maxLength={255}
              autofocus
            />
            <GroupKindChoice value={kind()} onChange={setKind} />
          </Show>
          <Show when={units.length > 0}>
            <Switching
              label={word("throughManagers", { names: units.map((unit) => unit.name).join(", ") })}
              note={word("throughManagersText")}
              checked={asking()}
              onChange={setAsking}
            />
          </Show>
          <ul class="chips chips-many" aria-label={word("chosen", { count: taken().length })}>
            <For each={taken()}>
              {(person) => (
                <li>
                  <button
                    type="button"
                    class="chip"
                    aria-label={word("remove", { name: person.name })}
                    onClick={() => setPeople(people().filter(({ id }) => id !== person.id))}
                  >
                    {person.name}
                    <Icon name="close" class="icon-s" />
                  </button>
                </li>
              )}
            </For>
          </ul>
          <Show when={isNothing()}>
            <p class="field-note">{word("nobodyIn")}</p>
          </Show>
        </Match>
      </Switch>
    </Dialog>
  );
}

/** Who could not be taken in, and why: a card says more of people. */
function NotTaken(props: { one: Refused }) {
  const person = () => ("person" in props.one ? props.one.person : undefined);
  const unit = () => ("unit" in props.one ? props.one.unit.name : "");
  return (
    <Show
      when={person()}
      fallback={
        <div class="row">
          <span class="row-text">
            <span class="ellipsis">{unit()}</span>
            <small>{whyFailed(props.one.failure)}</small>
          </span>
        </div>
      }
    >
      {(one) => (
        <button type="button" class="row" onClick={() => openPerson(one().id)}>
          <Face id={one().id} name={one().name} avatar={one().avatar} size="s" />
          <span class="row-text">
            <span class="ellipsis">{one().name}</span>
            <small>{whyFailed(props.one.failure)}</small>
          </span>
          <Icon name="chevronRight" class="icon-s" />
        </button>
      )}
    </Show>
  );
}
