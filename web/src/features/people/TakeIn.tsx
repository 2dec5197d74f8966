import { createSignal, For, Match, Show, Switch } from "solid-js";
import { useClient } from "../../bridge/client";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { chatPlace, go } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { whyFailed } from "../../ui/uiWords";
import { Face } from "./Face";
import { inviteEach, type Refused, setTaking, type Taking, taking } from "./invite";
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
    const made = await orTell(
      client.command("room.create", {
        kind: "group",
        name: name().trim(),
        invite: [],
        encrypted: true,
        public: false,
      }),
    );
    return made?.roomId;
  };
  const start = async () => {
    setDone(0);
    const id = await makeRoom();
    if (id) {
      setRoomId(id);
      const left = await inviteEach(client, id, people(), setDone);
      setRefused(left);
      tell(word("invited", { count: people().length - left.length }));
      if (left.length === 0) enter();
    }
    setDone(undefined);
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
            disabled={people().length === 0 || (!props.room && !name().trim())}
            onClick={start}
          >
            {done()
              ? word("inviting", { done: done() ?? 0, count: people().length })
              : word(props.room ? "inviteCount" : "createWith", { count: people().length })}
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
                  <button type="button" class="row" onClick={() => openPerson(one.person.id)}>
                    <Face
                      id={one.person.id}
                      name={one.person.name}
                      avatar={one.person.avatar}
                      size="s"
                    />
                    <span class="row-text">
                      <span class="ellipsis">{one.person.name}</span>
                      <small>{whyFailed(one.failure)}</small>
                    </span>
                    <Icon name="chevronRight" class="icon-s" />
                  </button>
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
          </Show>
          <ul class="chips chips-many" aria-label={word("chosen", { count: people().length })}>
            <For each={people()}>
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
          <Show when={people().length === 0}>
            <p class="field-note">{word("nobodyIn")}</p>
          </Show>
        </Match>
      </Switch>
    </Dialog>
  );
}
