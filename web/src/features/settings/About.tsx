import { useList, useValue } from "../../bridge/client";
import { word } from "./words";

/** What the institution's server holds about me, in plain words. */
export function About() {
  const session = useValue("session", () => null);
  const devices = useList("devices", () => null);
  const chats = useList("chats", () => null);
  const view = () => {
    const now = session();
    return now?.phase === "signedIn" ? now : undefined;
  };
  return (
    <div class="settings-form">
      <section>
        <h3>{word("holds")}</h3>
        <p class="field-note">{word("holdsText")}</p>
        <ul class="holds">
          <li>
            {word("holdsName")}: <span class="selectable">{view()?.userId}</span>
          </li>
          <li>{word("holdsPassword")}</li>
          <li>{word("holdsDevices", { count: devices.order().length })}</li>
          <li>{word("holdsChats", { count: chats.order().length })}</li>
          <li>{word("holdsMessages")}</li>
          <li>{word("holdsKeys")}</li>
          <li>{word("holdsBlocked")}</li>
        </ul>
      </section>
      <p class="field-note">{word("noAds")}</p>
      <p class="field-note">
        {word("server")}: {view()?.homeserver}
      </p>
    </div>
  );
}
