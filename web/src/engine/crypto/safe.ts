/** The account's secret storage on the server ("Secrets", Storage). */

import { type Bytes, base64, random } from "../../base/bytes";
import type { UserId } from "../../base/ids";
import { readRecoveryKey } from "../../base/recovery-key";
import type { Call } from "../ports";
import type { Content } from "../records";
import { readAccountData, writeAccountData } from "./account-data";
import {
  ALGORITHM,
  describeKey,
  freshPassphrase,
  isKey,
  keyOfPassphrase,
  seal,
  unseal,
} from "./seal";

const DEFAULT = "m.secret_storage.default_key";
const describes = (keyId: string) => `m.secret_storage.key.${keyId}`;

/** A key of the safe that is known to be the right one. */
export interface SafeKey {
  id: string;
  key: Bytes;
}

export type Safe = ReturnType<typeof openSafe>;

export function openSafe(call: Call, userId: UserId) {
  async function defaultKey(): Promise<{ id: string; description: Content } | null> {
    const { key: id } = (await readAccountData(call, userId, DEFAULT)) ?? {};
    if (typeof id !== "string") return null;
    const description = await readAccountData(call, userId, describes(id));
    return description?.algorithm === ALGORITHM ? { id, description } : null;
  }

  return {
    /** Whether the account has a recovery key. */
    exists: async () => (await defaultKey()) !== null,

    /** A new key, random or of a passphrase. It becomes the account's by `adopt`. */
    async make(passphrase?: string): Promise<SafeKey & { description: Content }> {
      const how = passphrase ? freshPassphrase() : undefined;
      const key = (passphrase && (await keyOfPassphrase(passphrase, how))) || random(32);
      return { id: base64(random(16)), key, description: await describeKey(key, how) };
    },

    /**
     * Keeps the secrets under the new key alone and makes it the account's; it is named last, so
     * that the old one stays good until all is there.
     */
    async adopt(
      { id, key, description }: SafeKey & { description: Content },
      secrets: Readonly<Record<string, string>>,
    ): Promise<void> {
      await writeAccountData(call, userId, describes(id), description);
      for (const [name, secret] of Object.entries(secrets)) {
        const old = (await readAccountData(call, userId, name))?.encrypted ?? {};
        const encrypted = { ...old, [id]: await seal(key, name, secret) };
        await writeAccountData(call, userId, name, { encrypted });
      }
      await writeAccountData(call, userId, DEFAULT, { key: id });
    },

    /** The key of what a person typed; null where it is neither key nor passphrase. */
    async unlock(text: string): Promise<SafeKey | "none" | null> {
      const found = await defaultKey();
      if (!found) return "none";
      const { id, description } = found;
      const candidates = [
        () => readRecoveryKey(text),
        () => keyOfPassphrase(text, description.passphrase),
      ];
      for (const candidate of candidates) {
        const key = await candidate();
        if (key && (await isKey(key, description))) return { id, key };
      }
      return null;
    },

    async read({ id, key }: SafeKey, name: string): Promise<string | null> {
      const { encrypted } = (await readAccountData(call, userId, name)) ?? {};
      return unseal(key, name, ((encrypted ?? {}) as Content)[id]);
    },

    async put({ id, key }: SafeKey, name: string, secret: string): Promise<void> {
      const encrypted = { [id]: await seal(key, name, secret) };
      await writeAccountData(call, userId, name, { encrypted });
    },
  };
}
