import { Dialog as Kobalte } from "@kobalte/core/dialog";
import { type JSX, Show } from "solid-js";
import { IconButton } from "./controls";
import { uiWord } from "./uiWords";

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
  return (
    <Kobalte open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="scrim" />
        <div class="dialog-place">
          <Kobalte.Content class={`dialog dialog-${props.size ?? "m"}`}>
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
