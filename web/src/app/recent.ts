/** Chats visited last, for the quick jump. */

import { createPreference } from "../ui/preferences";

const MOST = 20;
const [recent, setRecent] = createPreference<readonly string[]>("recentChats", []);

export { recent };

export function forgetRecent(): void {
  setRecent([]);
}

export function remember(roomId: string): void {
  if (recent()[0] === roomId) return;
  setRecent([roomId, ...recent().filter((id) => id !== roomId)].slice(0, MOST));
}
