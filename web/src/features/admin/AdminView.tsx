import { For, Match, onMount, Show, Switch } from "solid-js";
import { useClient } from "../../bridge/client";
import { Empty, IconButton } from "../../ui/controls";
import { Icon, type IconName } from "../../ui/icons";
import { go } from "../../ui/router";
import { Audit } from "./Audit";
import { Complaints } from "./Complaints";
import { type Section, sectionsFor } from "./data";
import { Health } from "./Health";
import { Invitations } from "./Invitations";
import { Notices } from "./Notices";
import { People } from "./People";
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
      <div class="admin" data-open={open() ? "section" : "list"}>
        <nav class="admin-list" aria-label={word("title")}>
          <header class="admin-head">
            <IconButton icon="back" label={word("back")} onClick={() => go("#/")} />
            <h2>{word("title")}</h2>
          </header>
          <For each={sections()}>
            {(section) => (
              <a
                class="admin-link"
                href={`#/admin/${section}`}
                aria-current={shown() === section ? "page" : undefined}
              >
                <Icon name={icons[section]} />
                {word(section)}
              </a>
            )}
          </For>
        </nav>
        <div class="admin-body">
          <header class="admin-head">
            <IconButton
              icon="back"
              class="only-phone"
              label={word("back")}
              onClick={() => go("#/admin")}
            />
            <h2>{word(shown() ?? "people")}</h2>
          </header>
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
              <Match when={shown() === "audit"}>
                <Audit />
              </Match>
              <Match when={shown() === "health"}>
                <Health />
              </Match>
            </Switch>
          </section>
        </div>
      </div>
    </Show>
  );
}
