/** Leaves the key of the backup with the institution, sealed for officers who open it together. */

import { fromBase64 } from "../../base/bytes";
import { seal } from "../../base/custody";
import type { CryptoNeeds } from "../ports";
import type { EncryptionView } from "../records";
import type { Backup } from "./backup";
import { latest } from "./turns";

const PATH = "/_depesha/v1/me/custody";

interface Answer {
  custody: { key_id: string; public_key: string; threshold: number; holders: number } | null;
  sealed: { key_id: string; version: string } | null;
}

/** Seals where that is not done yet; `found` is told what the institution has. */
export function openCustody(
  needs: CryptoNeeds,
  userId: string,
  backup: Backup,
  found: (custody: EncryptionView["custody"]) => void,
): () => Promise<void> {
  return latest(async () => {
    const { custody, sealed } = JSON.parse(await needs.call("GET", PATH)) as Answer;
    found(custody ? { threshold: custody.threshold, holders: custody.holders } : undefined);
    const held = await backup.held();
    const secret = held && fromBase64(held.key);
    if (!custody || !held || !secret) return;
    if (sealed?.key_id === custody.key_id && sealed.version === held.version) return;
    const body = {
      key_id: custody.key_id,
      version: held.version,
      sealed: await seal(custody.public_key, secret, `${userId} ${held.version}`),
    };
    await needs.call("PUT", PATH, JSON.stringify(body));
  });
}
