/** Shortcuts: their spelling, what they are called, and whether a key press is one. */

/** Whether this is a computer of Apple's, whose keys are others. */
export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** The half of KeyboardEvent that is looked at. */
export interface Press {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** Whether `press` is `shortcut`. Letters are taken by their place, so that any layout will do. */
export function isPress(shortcut: string, press: Press, onMac = isMac): boolean {
  const parts = shortcut.split("+");
  const key = parts.pop() || "+";
  const mod = onMac ? press.metaKey : press.ctrlKey;
  if (mod !== parts.includes("Mod")) return false;
  if ((onMac ? press.ctrlKey : press.metaKey) !== parts.includes("Ctrl")) return false;
  if (press.altKey !== parts.includes("Alt")) return false;
  if (press.shiftKey !== parts.includes("Shift")) return false;
  if (/^[A-Z]$/.test(key)) return press.code === `Key${key}`;
  if (/^[0-9]$/.test(key)) return press.code === `Digit${key}`;
  if (key === "/") return press.code === "Slash";
  return press.key === key;
}

const marks: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  Enter: "Enter",
};

/** The keys of a shortcut as they are printed on the keyboard. */
export function keysOf(shortcut: string, onMac = isMac): string[] {
  return shortcut.split("+").map((part) => {
    if (part === "Mod") return onMac ? "⌘" : "Ctrl";
    if (part === "Alt") return onMac ? "⌥" : "Alt";
    if (part === "Shift") return onMac ? "⇧" : "Shift";
    return marks[part] ?? part;
  });
}

/** Whether the press happens where text is written. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Whether the key writes something: a letter, a figure, a sign; not a shortcut, not the space. */
export function isLetter(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return [...event.key].length === 1 && event.key !== " " && event.key !== "?";
}
