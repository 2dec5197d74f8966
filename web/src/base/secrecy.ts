/** Where an institution requires end-to-end encryption, and where it has none. Requirement M12. */

/** Kinds of chat, as the server's settings name them. */
export interface Secrecy {
  required: readonly string[];
  off: readonly string[];
}

interface NewChat {
  kind: "direct" | "group" | "channel" | "space";
  public: boolean;
  group?: { kind: string };
}

function kindOf(chat: NewChat): string {
  if (chat.public) return "public";
  if (chat.kind !== "group") return chat.kind;
  return chat.group?.kind === "project" ? "project" : "group";
}

/** Whether a new chat must be encrypted, or must not; undefined where its maker may choose. */
export function forcedSecrecy(rules: Secrecy, chat: NewChat): boolean | undefined {
  const kind = kindOf(chat);
  if (rules.required.includes(kind)) return true;
  return rules.off.includes(kind) ? false : undefined;
}
