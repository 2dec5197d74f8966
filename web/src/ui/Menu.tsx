/** Menus made of actions: behind a button, and at the pointer. */

import { ContextMenu as KobalteContext } from "@kobalte/core/context-menu";
import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import { createSignal, For, type JSX, Show, untrack } from "solid-js";
import { type Action, possible } from "./action";
import { closeOnBack } from "./back";
import { Keys } from "./controls";
import { Icon, type IconName } from "./icons";

function Items(props: { actions: readonly Action[] }) {
  // Asked once: lines made anew while one reads them would take the focus away.
  const actions = untrack(() => possible(props.actions));
  return (
    <For each={actions}>
      {(action) => (
        <>
          <Show when={action.apart}>
            <DropdownMenu.Separator class="menu-line" />
          </Show>
          <DropdownMenu.Item
            class="menu-item"
            classList={{ danger: action.danger ?? false }}
            onSelect={() => action.run()}
          >
            <Show when={action.icon} fallback={<span class="icon" />}>
              {(icon) => <Icon name={icon()} class="icon-s" />}
            </Show>
            <span class="menu-label">{action.label()}</span>
            <Show when={action.checked?.()}>
              <Icon name="check" class="icon-s" />
            </Show>
            <Show when={action.shortcut}>{(keys) => <Keys shortcut={keys()} />}</Show>
          </DropdownMenu.Item>
        </>
      )}
    </For>
  );
}

/** An item of a menu's head, drawn by what is inside. */
export function MenuPick(props: { label: string; onPick: () => void; children: JSX.Element }) {
  return (
    <DropdownMenu.Item class="menu-pick" aria-label={props.label} onSelect={() => props.onPick()}>
      {props.children}
    </DropdownMenu.Item>
  );
}

/** A button that opens a menu. `actions` is asked when it opens. */
export function MenuButton(props: {
  label: string;
  icon: IconName;
  actions: () => readonly Action[];
  class?: string;
  children?: JSX.Element;
  onOpenChange?: (open: boolean) => void;
}) {
  const [open, setOpen] = createSignal(false);
  const change = (next: boolean) => {
    setOpen(next);
    props.onOpenChange?.(next);
  };
  closeOnBack(open, () => change(false));
  return (
    <DropdownMenu open={open()} onOpenChange={change} gutter={4} modal={false}>
      <DropdownMenu.Trigger
        class={props.children ? (props.class ?? "") : `icon-button ${props.class ?? ""}`}
        aria-label={props.label}
        data-tip={props.label}
      >
        {props.children ?? <Icon name={props.icon} />}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class="menu">
          <Show when={open()}>
            <Items actions={props.actions()} />
          </Show>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}

/** Closes the menu at the pointer, which nothing else can be told to. */
function pressEscape(): void {
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", cancelable: true }));
}

/** Opens a menu by right click, long press or the menu key anywhere inside. */
export function ContextMenu(props: {
  actions: () => readonly Action[];
  class?: string;
  /** Drawn above the actions, such as a row of reactions. */
  head?: () => JSX.Element;
  children: JSX.Element;
}) {
  const [open, setOpen] = createSignal(false);
  closeOnBack(open, pressEscape);
  return (
    // On a phone there is room neither right nor left of the finger: the menu lies over the place.
    <KobalteContext onOpenChange={setOpen} modal={false} overlap overflowPadding={8}>
      <KobalteContext.Trigger as="div" class={props.class ?? ""}>
        {props.children}
      </KobalteContext.Trigger>
      <KobalteContext.Portal>
        <KobalteContext.Content class="menu">
          <Show when={open()}>
            {props.head?.()}
            <Items actions={props.actions()} />
          </Show>
        </KobalteContext.Content>
      </KobalteContext.Portal>
    </KobalteContext>
  );
}
