import { Match, onMount, Show, Switch } from "solid-js";
import { useClient } from "../../bridge/client";
import { Empty } from "../../ui/controls";
import type { IconName } from "../../ui/icons";
import { Sections } from "../../ui/Sections";
import { Audit } from "./Audit";
import { Complaints } from "./Complaints";
import { Custody } from "./Custody";
import { type Section, sectionsFor } from "./data";
import { Groups } from "./Groups";
import { Health } from "./Health";
import { Holds } from "./Holds";
import { Inspections } from "./Inspections";
import { Invitations } from "./Invitations";
import { Notices } from "./Notices";
import { People } from "./People";
import { Policies } from "./Policies";
import { Retention } from "./Retention";
import { loadMe, me } from "./rights";
import { Tree } from "./Tree";
import "./view.css";
import { word } from "./words";

const icons: Record<Section, IconName> = {
  people: "people",
  tree: "list",
  invitations: "personAdd",
  notices: "megaphone",
  complaints: "warning",
  groups: "chats",
  policies: "lock",
  retention: "clock",
  holds: "archive",
  inspections: "eye",
  custody: "key",
  audit: "shieldCheck",
  health: "server",
};

/** The console: sections at the left, one of them open. On a phone one after the other. */
export function AdminView(props: { section: string | undefined }) {
  const client = useClient();
  onMount(() => loadMe(client));
  const sections = () => sectionsFor(me());
  const open = () => sections().find((section) => section === props.section);
  const shown = () => open() ?? sections()[0];
  return (
    <Show
      when={sections().length > 0}
      fallback={<Empty icon="lock" title={word("noConsole")} text={word("noConsoleText")} />}
    >
      <Sections
        title={word("title")}
        back={word("back")}
        home="#/admin"
        sections={sections().map((id) => ({ id, icon: icons[id], label: word(id) }))}
        shown={shown()}
        isOpen={open() !== undefined}
      >
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach what scrolls */}
        <section class="admin-content" tabIndex={0} aria-label={word(shown() ?? "people")}>
          <Switch>
            <Match when={shown() === "people"}>
              <People />
            </Match>
            <Match when={shown() === "tree"}>
              <Tree />
            </Match>
            <Match when={shown() === "invitations"}>
              <Invitations />
            </Match>
            <Match when={shown() === "notices"}>
              <Notices />
            </Match>
            <Match when={shown() === "complaints"}>
              <Complaints />
            </Match>
            <Match when={shown() === "groups"}>
              <Groups />
            </Match>
            <Match when={shown() === "policies"}>
              <Policies />
            </Match>
            <Match when={shown() === "retention"}>
              <Retention />
            </Match>
            <Match when={shown() === "holds"}>
              <Holds />
            </Match>
            <Match when={shown() === "inspections"}>
              <Inspections />
            </Match>
            <Match when={shown() === "custody"}>
              <Custody />
            </Match>
            <Match when={shown() === "audit"}>
              <Audit />
            </Match>
            <Match when={shown() === "health"}>
              <Health />
            </Match>
          </Switch>
        </section>
      </Sections>
    </Show>
  );
}
