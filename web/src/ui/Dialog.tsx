import { Dialog as Kobalte } from "@kobalte/core/dialog";
import { type JSX, Show } from "solid-js";
import { closeOnBack } from "./back";
import { IconButton } from "./controls";
import { uiWord } from "./uiWords";

const FOCUSABLE = "a[href], button, input, textarea, [tabindex]";

/** What a window that closed last gave the focus back to, for one that opens in its place. */
let lastBefore: HTMLElement | undefined;

/** Where the focus is to come back to: an item of a menu is gone by then, what it was opened at is not. */
function focusedBefore(): HTMLElement | undefined {
  const focused = document.activeElement as HTMLElement | null;
  if (!focused || focused === document.body) return lastBefore;
  const menu = focused.closest('[role="menu"]');
  if (!menu) return focused;
  const opener = document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
  if (!opener || opener.matches(FOCUSABLE)) return opener ?? lastBefore;
  return opener.querySelector<HTMLElement>(FOCUSABLE) ?? undefined;
}

/** A window above the page: holds the focus, closes by Escape, by the cross and by a press beside. */
export function Dialog(props: {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Seen by screen readers alone. */
  hideTitle?: boolean;
  size?: "s" | "m" | "l" | "full";
  children: JSX.Element;
  footer?: JSX.Element;
}) {
  let content!: HTMLDivElement;
  closeOnBack(
    () => props.open,
    () => props.onClose(),
  );
  const before = focusedBefore();
  lastBefore = before;
  const giveBack = () => {
    const nobody = !document.activeElement || document.activeElement === document.body;
    const touch = window.matchMedia("(pointer: coarse)").matches;
    if (nobody && before?.isConnected && !(touch && before.matches("input, textarea")))
      before.focus({ preventScroll: true });
  };
  /** The first field takes the focus, not the cross; on a touch screen nothing calls the keyboard. */
  const focusFirst = (event: Event) => {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    const field = content.querySelector<HTMLElement>(
      touch ? "[autofocus]" : '[autofocus], .dialog-body :is(input:not([type="file"]), textarea)',
    );
    event.preventDefault();
    (field ?? content).focus();
  };
  return (
    <Kobalte open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="scrim" />
        <div class="dialog-place">
          <Kobalte.Content
            class={`dialog dialog-${props.size ?? "m"}`}
            ref={content}
            onOpenAutoFocus={focusFirst}
            onCloseAutoFocus={giveBack}
          >
            <header class="dialog-head" classList={{ "sr-only": props.hideTitle ?? false }}>
              <Kobalte.Title class="dialog-title">{props.title}</Kobalte.Title>
              <IconButton icon="close" label={uiWord("close")} onClick={() => props.onClose()} />
            </header>
            <div class="dialog-body">{props.children}</div>
            <Show when={props.footer}>
              <footer class="dialog-foot">{props.footer}</footer>
            </Show>
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte>
  );
}
