import { Dynamic } from "solid-js/web";
import type { IconName } from "../../ui/icons";
import { Sections } from "../../ui/Sections";
import { About } from "./About";
import { Absence } from "./Absence";
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
  { id: "absence", icon: "calendar", view: Absence },
  { id: "privacy", icon: "shield", view: Privacy },
  { id: "devices", icon: "device", view: Devices },
  { id: "encryption", icon: "key", view: Encryption },
  { id: "about", icon: "server", view: About },
] as const satisfies readonly { id: string; icon: IconName; view: () => unknown }[];

/** All settings: sections at the left, one of them open. On a phone one after the other. */
export function SettingsView(props: { section: string | undefined }) {
  const open = () => sections.find((section) => section.id === props.section);
  return (
    <Sections
      title={word("title")}
      back={word("back")}
      home="#/settings"
      sections={sections.map(({ id, icon }) => ({ id, icon, label: word(id) }))}
      shown={open()?.id ?? "profile"}
      isOpen={open() !== undefined}
    >
      <div class="settings-content">
        <Dynamic component={open()?.view ?? Profile} />
      </div>
    </Sections>
  );
}
