import { createSignal, lazy, Match, Show, Suspense, Switch } from "solid-js";
import { useValue } from "../../bridge/client";
import type { RoomView } from "../../engine/records";
import { Button, IconButton } from "../../ui/controls";
import { chatPlace } from "../../ui/router";
import { Tabs } from "../../ui/Tabs";
import { tell } from "../../ui/toasts";
import { showCode } from "../codes";
import { Face, OwnUnits, openPerson } from "../people";
import { GroupFacts } from "./GroupFacts";
import { Members } from "./Members";
import { PrivacyPanel } from "./PrivacyPanel";
import { Shared } from "./Shared";
import "./view.css";
import { word } from "./words";

const Invite = lazy(() => import("./Invite"));
const RoomSettings = lazy(() => import("./RoomSettings"));

const tabs = ["members", "media", "file", "link", "voice"] as const;
type Tab = (typeof tabs)[number];
const labels = {
  members: "members",
  media: "media",
  file: "files",
  link: "links",
  voice: "voice",
} as const;

/** All about a chat: who is in it, what was shared, who can read it, its settings. */
export function RoomPanel(props: { roomId: string; onClose: () => void }) {
  const room = useValue("room", () => ({ roomId: props.roomId }));
  return <Show when={room()}>{(view) => <Panel room={view()} onClose={props.onClose} />}</Show>;
}

function Panel(props: { room: RoomView; onClose: () => void }) {
  const [tab, setTab] = createSignal<Tab>(
    props.room.kind === "direct" || props.room.kind === "self" ? "media" : "members",
  );
  const [inviting, setInviting] = createSignal(false);
  const [settings, setSettings] = createSignal(false);
  const shownTabs = () => tabs.filter((one) => one !== "members" || props.room.kind !== "self");
  const mayChange = () =>
    props.room.kind !== "self" &&
    (props.room.may.name ||
      props.room.may.topic ||
      props.room.may.avatar ||
      props.room.may.joinRule ||
      props.room.may.power);
  const address = () => props.room.alias ?? props.room.id;
  const copyLink = async () => {
    await navigator.clipboard.writeText(
      `${location.origin}${location.pathname}${chatPlace(address())}`,
    );
    tell(word("copied"));
  };
  const name = () => (props.room.kind === "self" ? word("saved") : props.room.name);
  return (
    <div class="panel">
      <header class="side-head">
        <h2>{word("title")}</h2>
        <Show when={mayChange()}>
          <IconButton icon="edit" label={word("settings")} onClick={() => setSettings(true)} />
        </Show>
        <IconButton icon="close" label={word("close")} onClick={props.onClose} />
      </header>
      <div class="panel-body">
        <div class="panel-who">
          <Face
            id={props.room.peer ?? props.room.id}
            name={name()}
            avatar={props.room.avatar}
            kind={props.room.kind}
            size="xl"
          />
          <h3>{name()}</h3>
          <Show when={props.room.kind !== "direct" && props.room.kind !== "self"}>
            <p class="field-note">{word("memberCount", { count: props.room.memberCount })}</p>
          </Show>
          <Show when={props.room.topic}>
            <p class="panel-topic">{props.room.topic}</p>
          </Show>
          <div class="panel-buttons">
            <Show
              when={
                props.room.may.invite && props.room.kind !== "direct" && props.room.kind !== "self"
              }
            >
              <Button look="quiet" icon="personAdd" onClick={() => setInviting(true)}>
                {word("invite")}
              </Button>
            </Show>
            <Show when={props.room.kind === "direct" && props.room.peer}>
              {(peer) => (
                <Button
                  look="quiet"
                  icon="person"
                  onClick={() => openPerson(peer(), props.room.id)}
                >
                  {word("card")}
                </Button>
              )}
            </Show>
            <Show when={props.room.kind !== "direct" && props.room.kind !== "self"}>
              <Button look="quiet" icon="link" onClick={copyLink}>
                {word("copyLink")}
              </Button>
              <Button look="quiet" icon="qr" onClick={() => showCode(name(), chatPlace(address()))}>
                {word("qr")}
              </Button>
            </Show>
          </div>
        </div>
        <Show when={props.room.kind === "group"}>
          <GroupFacts room={props.room} />
          <OwnUnits roomId={props.room.id} />
        </Show>
        <PrivacyPanel room={props.room} />
        <Tabs
          label={word("title")}
          value={tab()}
          tabs={shownTabs().map((id) => ({ id, label: word(labels[id]) }))}
          onChange={setTab}
        />
        <Switch>
          <Match when={tab() === "members"}>
            <Members room={props.room} />
          </Match>
          <Match when={tab() !== "members" && tab()} keyed>
            {(kind) => <Shared room={props.room} kind={kind as Exclude<Tab, "members">} />}
          </Match>
        </Switch>
      </div>
      <Suspense>
        <Show when={inviting()}>
          <Invite room={props.room} onClose={() => setInviting(false)} />
        </Show>
        <Show when={settings()}>
          <RoomSettings room={props.room} onClose={() => setSettings(false)} />
        </Show>
      </Suspense>
    </div>
  );
}
