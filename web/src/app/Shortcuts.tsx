import { For } from "solid-js";
import type { Action } from "../ui/action";
import { Keys } from "../ui/controls";
import { Dialog } from "../ui/Dialog";
import { enterSends } from "../ui/preferences";
import { word } from "./words";

/** All shortcuts on one page. */
export default function Shortcuts(props: { commands: readonly Action[]; onClose: () => void }) {
  const navigate = () =>
    props.commands.flatMap((action) =>
      action.shortcut ? [{ label: action.label(), shortcut: action.shortcut }] : [],
    );
  const write = () => [
    { label: word("writeSend"), shortcut: enterSends() ? "Enter" : "Mod+Enter" },
    { label: word("writeBreak"), shortcut: enterSends() ? "Shift+Enter" : "Enter" },
    { label: word("writeEdit"), shortcut: "ArrowUp" },
    { label: word("writeCancel"), shortcut: "Escape" },
    { label: word("writeBold"), shortcut: "Mod+B" },
    { label: word("writeItalic"), shortcut: "Mod+I" },
    { label: word("writeStrike"), shortcut: "Mod+Shift+X" },
    { label: word("writeCode"), shortcut: "Mod+E" },
    { label: word("writeLink"), shortcut: "Mod+Shift+L" },
    { label: word("writePlain"), shortcut: "Mod+Shift+V" },
  ];
  return (
    <Dialog open size="l" title={word("shortcuts")} onClose={props.onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
      <section class="shortcuts" tabIndex={0} aria-label={word("shortcuts")}>
        <List title={word("shortcutsNavigate")} rows={navigate()} />
        <List title={word("shortcutsWrite")} rows={write()} />
      </section>
    </Dialog>
  );
}

function List(props: { title: string; rows: readonly { label: string; shortcut: string }[] }) {
  return (
    <section>
      <h3>{props.title}</h3>
      <dl>
        <For each={props.rows}>
          {(row) => (
            <div>
              <dt>{row.label}</dt>
              <dd>
                <Keys shortcut={row.shortcut} />
              </dd>
            </div>
          )}
        </For>
      </dl>
    </section>
  );
}
