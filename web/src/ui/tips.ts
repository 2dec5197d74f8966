/**
 * One tooltip for the whole page: what has `data-tip` is named when the pointer rests on it or the
 * keyboard's focus comes to it. It repeats the accessible name, so it is hidden from readers.
 */

import { keysOf } from "./keyboard";

const DELAY = 450;

/** Shows tooltips from now on. */
export function showTips(): void {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-hidden", "true");
  tip.hidden = true;
  document.body.append(tip);
  let timer = 0;

  const hide = () => {
    clearTimeout(timer);
    tip.hidden = true;
  };
  const show = (target: HTMLElement) => {
    if (!target.isConnected) return;
    const keys = target.dataset.keys;
    tip.textContent = target.dataset.tip ?? "";
    if (keys) {
      const hint = document.createElement("span");
      hint.textContent = keysOf(keys).join(" ");
      tip.append(hint);
    }
    tip.hidden = false;
    putBeside(tip, target.getBoundingClientRect());
  };
  const consider = (event: Event, delay: number) => {
    hide();
    const target = (event.target as Element | null)?.closest<HTMLElement>("[data-tip]");
    if (target) timer = window.setTimeout(() => show(target), delay);
  };

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse") consider(event, DELAY);
  });
  document.addEventListener("focusin", (event) => {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    if (!touch && (event.target as Element).matches(":focus-visible")) consider(event, DELAY);
  });
  for (const name of ["pointerdown", "focusout", "keydown", "wheel"])
    document.addEventListener(name, hide, { passive: true, capture: true });
}

function putBeside(tip: HTMLElement, target: DOMRect): void {
  const { width, height } = tip.getBoundingClientRect();
  const middle = target.left + target.width / 2 - width / 2;
  const left = Math.min(Math.max(8, middle), window.innerWidth - width - 8);
  const below = target.bottom + 6;
  const top = below + height > window.innerHeight ? target.top - height - 6 : below;
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}
