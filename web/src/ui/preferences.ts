/** Choices of this browser: kept in localStorage, shared between its tabs, applied to the page. */

import { type Accessor, createEffect, createRoot, createSignal } from "solid-js";
import { chooseLanguage, type Language } from "../base/i18n";

function read(key: string): string | null {
  try {
    return localStorage.getItem(`depesha.${key}`);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`depesha.${key}`, value);
  } catch {
    // A browser that keeps nothing still shows the choice until it is closed.
  }
}

const listeners = new Map<string, (text: string) => void>();
if (typeof window !== "undefined")
  window.addEventListener("storage", (event) => {
    if (event.key?.startsWith("depesha.") && event.newValue !== null)
      listeners.get(event.key.slice("depesha.".length))?.(event.newValue);
  });

/** A kept choice: its signal, and how to set it. */
export function createPreference<T extends string | number | boolean | readonly string[]>(
  key: string,
  initial: T,
): [Accessor<T>, (value: T) => void] {
  const stored = read(key);
  let first = initial;
  if (stored !== null)
    try {
      first = JSON.parse(stored) as T;
    } catch {
      first = initial;
    }
  const [value, setValue] = createSignal<T>(first);
  listeners.set(key, (text) => setValue(() => JSON.parse(text) as T));
  return [
    value,
    (next) => {
      setValue(() => next);
      write(key, JSON.stringify(next));
    },
  ];
}

export type Theme = "system" | "light" | "dark";
export type TextSize = "small" | "normal" | "large" | "huge";

export const [theme, setTheme] = createPreference<Theme>("theme", "system");
export const [contrast, setContrast] = createPreference<"system" | "normal" | "high">(
  "contrast",
  "system",
);
export const [textSize, setTextSize] = createPreference<TextSize>("textSize", "normal");
export const [motion, setMotion] = createPreference<"system" | "none">("motion", "system");
export const [language, setLanguage] = createPreference<Language>(
  "language",
  chooseLanguage(typeof navigator === "undefined" ? [] : navigator.languages),
);
export const [enterSends, setEnterSends] = createPreference<boolean>("enterSends", true);
export const [listWidth, setListWidth] = createPreference<number>("listWidth", 340);
export const [sideWidth, setSideWidth] = createPreference<number>("sideWidth", 360);
/** Minutes without a touch after which the archive locks; 0: never. */
export const [lockAfter, setLockAfter] = createPreference<number>("lockAfter", 0);
export const [sound, setSound] = createPreference<boolean>("sound", true);

/** Whether a media query holds, as a signal. */
export function createMedia(query: string): Accessor<boolean> {
  const list = window.matchMedia(query);
  const [holds, setHolds] = createSignal(list.matches);
  list.addEventListener("change", (event) => setHolds(event.matches));
  return holds;
}

/** Whether the person wants nothing to move by itself, as a signal. */
export function wantsCalm(): Accessor<boolean> {
  const reduced = createMedia("(prefers-reduced-motion: reduce)");
  return () => reduced() || motion() === "none";
}

/** Keeps the page's attributes as the choices say, for the life of the page. */
export function applyPreferences(): void {
  createRoot(() => {
    const dark = createMedia("(prefers-color-scheme: dark)");
    const more = createMedia("(prefers-contrast: more)");
    const root = document.documentElement;
    createEffect(() => {
      const chosen = theme();
      root.dataset.theme = chosen === "system" ? (dark() ? "dark" : "light") : chosen;
    });
    createEffect(() => {
      const chosen = contrast();
      root.dataset.contrast = chosen === "system" ? (more() ? "high" : "normal") : chosen;
    });
    createEffect(() => {
      root.dataset.text = textSize();
    });
    createEffect(() => {
      root.dataset.motion = motion();
    });
    createEffect(() => {
      root.lang = language();
    });
  });
}
