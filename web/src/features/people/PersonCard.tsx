import { createSignal, Show } from "solid-js";
import { ago } from "../../base/format";
import { useClient, useValue } from "../../bridge/client";
import type { PersonRecord } from "../../engine/records";
import { ask } from "../../ui/Confirm";
import { Button, NoticeBox } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace, go, writePlace } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { whyFailed } from "../../ui/uiWords";
import { showCode } from "../codes";
import { AwayBox, CardFacts } from "./CardFacts";
import { isForRequest } from "./data";
import { Face } from "./Face";
import { PostFacts } from "./PostFacts";
import { usePost } from "./posts";
import { RequestForm } from "./RequestForm";
import { word } from "./words";

const [shown, setShown] = createSignal<{ userId: string; roomId?: string }>();

/** Opens the card of a person. */
export function openPerson(userId: string, roomId?: string): void {
  setShown(roomId ? { userId, roomId } : { userId });
}

/** "online", or when somebody was last seen; "" where it is not known. */
export function presenceText(person: PersonRecord | undefined): string {
  if (!person) return "";
  if (person.presence === "online") return word("online");
  if (person.presence === "unavailable") return word("away");
  if (!person.lastActiveAt) return "";
  return word("lastSeen", { ago: ago(language(), person.lastActiveAt, now()) });
}

/** Where cards appear; once in the application. */
export function PersonCards() {
  return (
    <Show when={shown()}>{(one) => <Card {...one()} onClose={() => setShown(undefined)} />}</Show>
  );
}

function Card(props: { userId: string; roomId?: string; onClose: () => void }) {
  const client = useClient();
  const session = useValue("session", () => null);
  const person = useValue("person", () =>
    props.roomId ? { userId: props.userId, roomId: props.roomId } : { userId: props.userId },
  );
  const card = useValue("card", () => ({ userId: props.userId }));
  const post = usePost(() => props.userId);
  const name = () => card()?.name ?? person()?.name ?? props.userId;
  const rule = () => (card()?.mayWrite === false ? card()?.rule : undefined);
  const why = (name: string) =>
    whyFailed({ code: "M_FORBIDDEN", message: "", fields: { "org.depesha.rule": name } });
  const isMe = () => {
    const view = session();
    return view?.phase === "signedIn" && view.userId === props.userId;
  };

  const write = async () => {
    const made = await orTell(client.command("room.direct", { userId: props.userId }));
    if (!made) return;
    props.onClose();
    go(chatPlace(made.roomId));
  };
  const toggleBlock = async () => {
    const ignored = person()?.ignored ?? false;
    if (!ignored) {
      const yes = await ask({
        title: word("blockTitle", { name: name() }),
        text: word("blockText"),
        yes: word("block"),
        danger: true,
      });
      if (yes === null) return;
    }
    await orTell(client.command("people.ignore", { userId: props.userId, ignored: !ignored }));
  };
  const copy = async () => {
    await navigator.clipboard.writeText(props.userId);
    tell(word("copied"));
  };
  const acceptKeys = () =>
    orTell(client.command("crypto.acceptIdentity", { userId: props.userId }));
  const verify = async () => {
    await orTell(client.command("verification.start", { userId: props.userId }));
    props.onClose();
  };

  return (
    <Dialog
      open
      size="s"
      title={word("person", { name: name() })}
      hideTitle
      onClose={props.onClose}
    >
      <div class="card">
        <Face
          id={props.userId}
          name={name()}
          avatar={card()?.avatar ?? person()?.avatar}
          size="xl"
          presence={person()?.presence}
        />
        <h2>{name()}</h2>
        <Show when={person()?.status}>{(status) => <p>{status()}</p>}</Show>
        <Show when={presenceText(person())}>{(text) => <p class="field-note">{text()}</p>}</Show>
        <button type="button" class="card-id" onClick={copy} data-tip={word("copyId")}>
          {props.userId}
        </button>
        <Button
          look="quiet"
          icon="qr"
          onClick={() => showCode(name(), writePlace(["user", props.userId]))}
        >
          {word("qr")}
        </Button>
        <Show when={person()?.trust === "verified"}>
          <NoticeBox icon="shieldCheck">{word("verified")}</NoticeBox>
        </Show>
        <Show when={person()?.trust === "changed"}>
          <NoticeBox look="warn">{word("changed")}</NoticeBox>
          <Button look="quiet" wide onClick={acceptKeys}>
            {word("acceptKeys")}
          </Button>
        </Show>
        <Show when={card()}>{(known) => <AwayBox who={known()} />}</Show>
        <Show when={post()}>{(one) => <PostFacts post={one()} />}</Show>
        <Show
          when={rule()}
          fallback={
            <Button look="primary" wide icon="chat" onClick={write}>
              {isMe() ? word("saved") : word("message")}
            </Button>
          }
        >
          {(named) => (
            <>
              <NoticeBox icon="lock">{why(named())}</NoticeBox>
              <Show when={isForRequest(named())}>
                <RequestForm userId={props.userId} ask={card()?.ask} onLeave={props.onClose} />
              </Show>
            </>
          )}
        </Show>
        <Show when={card()}>
          {(known) => <CardFacts who={known()} onPerson={(id) => openPerson(id)} />}
        </Show>
        <Show when={!isMe() && !post()}>
          <div class="card-more">
            <Show when={person()?.trust !== "verified"}>
              <Button icon="shield" onClick={verify}>
                {word("verify")}
              </Button>
            </Show>
            <Button icon="block" look="danger" onClick={toggleBlock}>
              {person()?.ignored ? word("unblock") : word("block")}
            </Button>
          </div>
        </Show>
      </div>
    </Dialog>
  );
}
