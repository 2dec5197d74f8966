import { createSignal, Show } from "solid-js";
import { Button, Switch } from "../../ui/controls";
import { setSound, sound } from "../../ui/preferences";
import { word } from "./words";

type Permission = NotificationPermission | "none";

const present = (): Permission => ("Notification" in window ? Notification.permission : "none");

/** Notifications of this browser: allowed or not, and why nothing comes. */
export function Notifications() {
  const [permission, setPermission] = createSignal<Permission>(present());
  const words = {
    granted: "desktopOn",
    default: "desktopAsk",
    denied: "desktopDenied",
    none: "desktopNone",
  } as const;
  const allow = async () => setPermission(await Notification.requestPermission());
  const test = () =>
    new Notification(word("testTitle"), {
      body: word("testBody"),
      icon: "/static/icon-192.png",
      tag: "test",
    });
  return (
    <div class="settings-form">
      <div class="setting-line">
        <span>
          {word("desktop")}
          <small>{word(words[permission()])}</small>
        </span>
        <Show when={permission() === "default"}>
          <Button look="primary" onClick={allow}>
            {word("allow")}
          </Button>
        </Show>
        <Show when={permission() === "granted"}>
          <Button look="quiet" onClick={test}>
            {word("test")}
          </Button>
        </Show>
      </div>
      <Switch label={word("sound")} checked={sound()} onChange={setSound} />
      <p class="field-note">{word("perChat")}</p>
    </div>
  );
}
