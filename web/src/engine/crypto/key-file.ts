/** Room keys in a file with a passphrase ("Key exports"). */

import { FailureError } from "../../base/errors";
import type { Olm } from "./olm";

const ROUNDS = 500_000;

export async function exportKeys({ lib, machine }: Olm, passphrase: string): Promise<Blob> {
  const keys = await machine.exportRoomKeys(() => true);
  const text = lib.OlmMachine.encryptExportedRoomKeys(keys, passphrase, ROUNDS);
  return new Blob([text], { type: "text/plain" });
}

/** Throws `wrongPassphrase`, which is also said of a file that is not one. */
export async function importKeys({ lib, machine }: Olm, file: Blob, passphrase: string) {
  const text = await file.text();
  let keys: string;
  try {
    keys = lib.OlmMachine.decryptExportedRoomKeys(text, passphrase);
  } catch {
    const message = "The passphrase is another, or the file holds no keys";
    throw new FailureError({ code: "wrongPassphrase", message });
  }
  const { importedCount, totalCount } = await machine.importExportedRoomKeys(keys, () => {});
  return { imported: importedCount, total: totalCount };
}
