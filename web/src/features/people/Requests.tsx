import { createSignal, For, Show } from "solid-js";
import { ago } from "../../base/format";
import { useClient, useList, useValue } from "../../bridge/client";
import type { ContactsView } from "../../engine/records";
import { Button, Empty, TextField } from "../../ui/controls";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace, go } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { Asker } from "./Asker";
import { isUserId } from "./data";
import { Face } from "./Face";
import { useName } from "./names";
import { AskedUnit, OwnUnits } from "./UnitRequests";
import { word } from "./words";

const CONTACTS = "/_depesha/v1/contacts";

/** The request box: who asks for contact, strangers who invite, and what one asked oneself. */
export function Requests() {
  const contacts = useValue("contacts", () => null);
  const invites = useValue("unitInvites", () => null);
  const units = () => invites()?.incoming ?? [];
  const own = () => invites()?.outgoing.length ?? 0;
  const isEmpty = () => {
    const box = contacts();
    if (!box || !invites()) return false;
    const asked = box.incoming.length + box.held.length + box.outgoing.length;
    return asked + units().length + own() === 0;
  };
  return (
    <div class="requests-page">
      <Show when={isEmpty()}>
        <Empty icon="inbox" title={word("boxEmpty")} text={word("boxEmptyText")} />
      </Show>
      <Show when={contacts()?.incoming.length}>
        <section>
          <h3>{word("incoming")}</h3>
          <ul>
            <For each={contacts()?.incoming}>{(one) => <Incoming one={one} />}</For>
          </ul>
        </section>
      </Show>
      <Show when={units().length > 0}>
        <section>
          <h3>{word("unitIncoming")}</h3>
          <p class="field-note">{word("unitIncomingNote")}</p>
          <ul>
            <For each={units().map((one) => one.id)}>
              {(id) => (
                <Show when={units().find((one) => one.id === id)}>
                  {(one) => <AskedUnit one={one()} />}
                </Show>
              )}
            </For>
          </ul>
        </section>
      </Show>
      <Show when={contacts()?.held.length}>
        <section>
          <h3>{word("strangers")}</h3>
          <p class="field-note">{word("strangersNote")}</p>
          <ul>
            <For each={contacts()?.held}>{(one) => <Held one={one} />}</For>
          </ul>
        </section>
      </Show>
      <Show when={contacts()?.outgoing.length}>
        <section>
          <h3>{word("outgoing")}</h3>
          <ul>
            <For each={contacts()?.outgoing}>{(one) => <Outgoing id={one.id} ts={one.ts} />}</For>
          </ul>
        </section>
      </Show>
      <Show when={own() > 0}>
        <section>
          <h3>{word("unitRequests")}</h3>
          <OwnUnits />
        </section>
      </Show>
      <section>
        <h3>{word("byAddress")}</h3>
        <ByAddress />
      </section>
    </div>
  );
}

function Incoming(props: { one: ContactsView["incoming"][number] }) {
  const client = useClient();
  const session = useValue("session", () => null);
  const target = useName(() => props.one.target);
  const isForMe = () => {
    const view = session();
    return view?.phase === "signedIn" && view.userId === props.one.target;
  };
  const decide = async (how: "accept" | "refuse", block = false) => {
    const { id } = props.one.sender;
    const path = `${CONTACTS}/requests/${encodeURIComponent(id)}/${how}`;
    const body = { target: props.one.target, block };
    const done = await orTell(client.command("own.call", { method: "POST", path, body }));
    if (done && block) await orTell(client.command("people.ignore", { userId: id, ignored: true }));
    if (done && how === "accept") tell(word("accepted", { name: props.one.sender.name }));
  };
  return (
    <Asker
      who={props.one.sender}
      message={props.one.message}
      note={
        isForMe()
          ? ago(language(), props.one.ts, now())
          : word("asksFor", { name: target(), ago: ago(language(), props.one.ts, now()) })
      }
    >
      <Button look="primary" onClick={() => decide("accept")}>
        {word("accept")}
      </Button>
      <Button look="quiet" onClick={() => decide("refuse")}>
        {word("decline")}
      </Button>
      <Button look="danger" onClick={() => decide("refuse", true)}>
        {word("block")}
      </Button>
    </Asker>
  );
}

function Held(props: { one: ContactsView["held"][number] }) {
  const client = useClient();
  const chats = useList("chats", () => null);
  const chat = () => chats.row(props.one.roomId);
  const note = () => {
    const name = chat()?.name;
    return chat()?.kind === "direct" || !name ? word("wantsToTalk") : word("invitesTo", { name });
  };
  const accept = async () => {
    const joined = await orTell(client.command("room.join", { roomIdOrAlias: props.one.roomId }));
    if (joined) go(chatPlace(joined.roomId));
  };
  const decline = () =>
    orTell(client.command("room.leave", { roomId: props.one.roomId, forget: true }));
  const block = async () => {
    const userId = props.one.sender.id;
    const done = await orTell(client.command("people.ignore", { userId, ignored: true }));
    if (done !== undefined) await decline();
  };
  return (
    <Asker who={props.one.sender} note={note()} message={chat()?.inviter?.reason}>
      <Button look="primary" onClick={accept}>
        {word("accept")}
      </Button>
      <Button look="quiet" onClick={decline}>
        {word("decline")}
      </Button>
      <Button look="danger" onClick={block}>
        {word("block")}
      </Button>
    </Asker>
  );
}

function Outgoing(props: { id: string; ts: number }) {
  const client = useClient();
  const name = useName(() => props.id);
  const withdraw = () => {
    const path = `${CONTACTS}/requests/${encodeURIComponent(props.id)}`;
    return orTell(client.command("own.call", { method: "DELETE", path }));
  };
  return (
    <li class="asker">
      <Face id={props.id} name={name()} size="m" />
      <div class="asker-text">
        <strong>{name()}</strong>
        <small>{word("waitsSince", { ago: ago(language(), props.ts, now()) })}</small>
      </div>
      <Button look="quiet" onClick={withdraw}>
        {word("withdraw")}
      </Button>
    </li>
  );
}

/** Asks somebody who cannot be found, by their address. */
function ByAddress() {
  const client = useClient();
  const [address, setAddress] = createSignal("");
  const [message, setMessage] = createSignal("");
  const send = async () => {
    const body = { user_id: address().trim(), message: message().trim() };
    const path = `${CONTACTS}/requests`;
    const sent = await orTell(client.command("own.call", { method: "POST", path, body }));
    if (!sent) return;
    setAddress("");
    setMessage("");
    tell(word("requestSent"));
  };
  return (
    <form
      class="request-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextField
        label={word("address")}
        placeholder="@name:server"
        value={address()}
        onInput={setAddress}
        autocomplete="off"
      />
      <TextField
        label={word("requestMessage")}
        placeholder={word("requestHint")}
        maxLength={1000}
        value={message()}
        onInput={setMessage}
      />
      <Button type="submit" look="quiet" icon="personAdd" disabled={!isUserId(address())}>
        {word("requestSend")}
      </Button>
    </form>
  );
}
