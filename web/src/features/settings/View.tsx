import { For } from "solid-js";
import { Dynamic } from "solid-js/web";
import { IconButton } from "../../ui/controls";
import { Icon, type IconName } from "../../ui/icons";
import { go } from "../../ui/router";
import { About } from "./About";
import { Appearance } from "./Appearance";
import { Devices } from "./Devices";
import { Encryption } from "./Encryption";
import { Notifications } from "./Notifications";
import { Privacy } from "./Privacy";
import { Profile } from "./Profile";
import "./view.css";
import { word } from "./words";

const sections = [
  { id: "profile", icon: "person", view: Profile },
  { id: "appearance", icon: "palette", view: Appearance },
  { id: "notifications", icon: "bell", view: Notifications },
  { id: "privacy", icon: "shield", view: Privacy },
  { id: "devices", icon: "device", view: Devices },
  { id: "encryption", icon: "key", view: Encryption },
  { id: "about", icon: "server", view: About },
] as const satisfies readonly { id: string; icon: IconName; view: () => unknown }[];

/** All settings: sections at the left, one of them open. On a phone one after the other. */
export function SettingsView(props: { section: string | undefined }) {
  const open = () => sections.find((section) => section.id === props.section);
  return (
    <div class="settings" data-open={open() ? "section" : "list"}>
      <nav class="settings-list" aria-label={word("title")}>
        <header class="side-head">
          <IconButton icon="back" label={word("back")} onClick={() => go("#/")} />
          <h2>{word("title")}</h2>
        </header>
        <For each={sections}>
          {(section) => (
            <a
              class="settings-link"
              href={`#/settings/${section.id}`}
              aria-current={(props.section ?? "profile") === section.id ? "page" : undefined}
            >
              <Icon name={section.icon} />
              {word(section.id)}
            </a>
          )}
        </For>
      </nav>
      <div class="settings-body">
        <header class="side-head">
          <IconButton
            icon="back"
            class="only-phone"
            label={word("back")}
            onClick={() => go("#/settings")}
          />
          <h2>{word(open()?.id ?? "profile")}</h2>
        </header>
        <div class="settings-content">
          <Dynamic component={open()?.view ?? Profile} />
        </div>
      </div>
    </div>
  );
}
