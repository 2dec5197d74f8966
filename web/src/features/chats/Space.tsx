import { createMemo, createResource, createSignal, For, Match, Show, Switch } from "solid-js";
import { serverOf } from "../../base/ids";
import { useClient, useList, useValue } from "../../bridge/client";
import type { PersonRecord } from "../../engine/records";
import { ask } from "../../ui/Confirm";
import { Button, IconButton, NoticeBox } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { chatPlace, go } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { uiWord, whyFailed } from "../../ui/uiWords";
import { ChatPicker, Face, PersonPicker } from "../people";
import { type SpaceRow, spaceRows } from "./data";
import { openDialog } from "./dialogs";
import { word } from "./words";

/** A space looked into: its chats, also those one is not in, and what can be done with it. */
export default function SpaceDialog(props: { roomId: string; onClose: () => void }) {
  const client = useClient();
  const room = useValue("room", () => ({ roomId: props.roomId }));
  const session = useValue("session", () => null);
  const [step, setStep] = createSignal<"chats" | "add" | "people">("chats");
  const [people, setPeople] = createSignal<readonly PersonRecord[]>([]);
  const [busy, setBusy] = createSignal(false);
  const [held, { refetch }] = createResource(
    () => [props.roomId, room()?.children.join()] as const,
    ([roomId]) => client.command("space.hierarchy", { roomId }),
  );
  const answer = () => {
    const found = held.latest;
    return found?.ok ? found.value : undefined;
  };
  const rows = createMemo(() => spaceRows(answer()?.rooms ?? []));
  const about = () => answer()?.rooms[0];
  const mayChange = () => room()?.may.name === true;
  const server = () => {
    const view = session();
    return view?.phase === "signedIn" ? serverOf(view.userId) : "";
  };

  let list!: HTMLUListElement;

  const put = async (roomId: string, isIn: boolean) => {
    const content = isIn ? { via: [server()] } : {};
    const args = { roomId: props.roomId, type: "m.space.child", stateKey: roomId, content };
    const done = await client.command("room.state", args);
    // The button that was pressed goes with its line: the focus stays in the window.
    if (!isIn) list.focus();
    if (done.ok) refetch();
    else await orTell(Promise.resolve(done));
  };
  const invite = async () => {
    setBusy(true);
    const userIds = people().map((one) => one.id);
    const done = await client.command("room.invite", { roomId: props.roomId, userIds });
    setBusy(false);
    if (!done.ok) return void orTell(Promise.resolve(done));
    tell(word("spaceInvited", { count: userIds.length }));
    setPeople([]);
    setStep("chats");
  };
  const leave = async () => {
    const yes = await ask({
      title: word("leaveTitle", { name: room()?.name ?? "" }),
      text: word("leaveSpaceText"),
      yes: word("leaveSpace"),
      danger: true,
    });
    if (yes === null) return;
    const done = await client.command("room.leave", { roomId: props.roomId, forget: true });
    if (done.ok) props.onClose();
    else await orTell(Promise.resolve(done));
  };
  const begin = (kind: "group" | "space") => {
    openDialog(kind, props.roomId);
    props.onClose();
  };

  return (
    <Dialog
      open
      title={
        step() === "add"
          ? word("spaceAdd")
          : step() === "people"
            ? word("addPeople")
            : (room()?.name ?? "")
      }
      onClose={props.onClose}
      footer={
        <Show
          when={step() === "chats"}
          fallback={
            <>
              <Button look="quiet" onClick={() => setStep("chats")}>
                {uiWord("back")}
              </Button>
              <Show when={step() === "people"}>
                <Button
                  look="primary"
                  busy={busy()}
                  disabled={people().length === 0}
                  onClick={invite}
                >
                  {word("spaceInvite")}
                </Button>
              </Show>
            </>
          }
        >
          <Button look="danger" onClick={leave}>
            {word("leaveSpace")}
          </Button>
          <Show when={room()?.may.invite}>
            <Button look="quiet" icon="personAdd" onClick={() => setStep("people")}>
              {word("spaceInvite")}
            </Button>
          </Show>
        </Show>
      }
    >
      <Switch>
        <Match when={step() === "people"}>
          <PersonPicker chosen={people()} onChange={setPeople} />
        </Match>
        <Match when={step() === "add"}>
          <ChatPicker
            taken={room()?.children ?? []}
            onPick={(chat) => {
              put(chat.id, true);
              setStep("chats");
            }}
          />
        </Match>
        <Match when={step() === "chats"}>
          <Show when={room()?.topic}>
            <p>{room()?.topic}</p>
          </Show>
          <Show when={about()}>
            {(space) => <p class="field-note">{word("memberCount", { count: space().members })}</p>}
          </Show>
          <Show when={mayChange()}>
            <div class="button-row">
              <Button look="quiet" icon="plus" onClick={() => begin("group")}>
                {word("newGroup")}
              </Button>
              <Button look="quiet" icon="folder" onClick={() => begin("space")}>
                {word("subspace")}
              </Button>
              <Button look="quiet" icon="link" onClick={() => setStep("add")}>
                {word("spaceAdd")}
              </Button>
            </div>
          </Show>
          <Show when={held.latest && !answer()}>
            <NoticeBox look="bad">{problemOf(held.latest)}</NoticeBox>
          </Show>
          <Show when={answer() && rows().length === 0}>
            <p class="field-note">{word("spaceEmpty")}</p>
          </Show>
          <ul ref={list} class="space-rows" tabIndex={-1} aria-label={word("spaceRow")}>
            <For each={rows()}>
              {(row) => (
                <SpaceLine
                  row={row}
                  onOpen={props.onClose}
                  onRemove={
                    mayChange() && row.depth === 0 ? () => put(row.room.roomId, false) : undefined
                  }
                />
              )}
            </For>
          </ul>
          <Show when={answer()?.more}>
            <p class="field-note">{word("spaceMore")}</p>
          </Show>
        </Match>
      </Switch>
    </Dialog>
  );
}

function problemOf(answer: { ok: boolean; error?: Parameters<typeof whyFailed>[0] } | undefined) {
  return answer?.error ? whyFailed(answer.error) : "";
}

function SpaceLine(props: {
  row: SpaceRow;
  onOpen: () => void;
  onRemove: (() => void) | undefined;
}) {
  const client = useClient();
  const chats = useList("chats", () => null);
  const [busy, setBusy] = createSignal(false);
  const room = () => props.row.room;
  const isIn = () => chats.row(room().roomId)?.membership === "join";
  const knocks = () =>
    room().joinRule.startsWith("knock") && room().joinRule !== "knock_restricted";
  const join = async () => {
    setBusy(true);
    const { roomId } = room();
    const done = knocks()
      ? await orTell(client.command("room.knock", { roomIdOrAlias: roomId }))
      : await orTell(client.command("room.join", { roomIdOrAlias: roomId, via: props.row.via }));
    setBusy(false);
    if (done && knocks()) tell(word("asked"));
  };
  return (
    <li class="space-line" style={{ "padding-inline-start": `${props.row.depth * 1.5}rem` }}>
      <Face
        id={room().roomId}
        name={room().name}
        avatar={room().avatar}
        size="s"
        kind={room().space ? "space" : "group"}
      />
      <span class="row-text">
        <span class="ellipsis">{room().name}</span>
        <small class="ellipsis">
          {room().topic || word("memberCount", { count: room().members })}
        </small>
      </span>
      <Show
        when={isIn()}
        fallback={
          <Button
            look="quiet"
            busy={busy()}
            onClick={join}
            aria-label={`${knocks() ? word("askToJoin") : word("join")}: ${room().name}`}
          >
            {knocks() ? word("askToJoin") : word("join")}
          </Button>
        }
      >
        <Button
          look="quiet"
          aria-label={`${word("open")}: ${room().name}`}
          onClick={() => {
            go(chatPlace(room().roomId));
            props.onOpen();
          }}
        >
          {word("open")}
        </Button>
      </Show>
      <Show when={props.onRemove}>
        {(remove) => (
          <IconButton
            icon="close"
            label={word("spaceRemove", { name: room().name })}
            onClick={() => remove()()}
          />
        )}
      </Show>
    </li>
  );
}
