/** What this origin keeps of a person beside the archive: keys, files, what was shared, choices. */

const CACHES = ["shared", "choices"];

/**
 * Deletes it. A database that something still has open goes as soon as that is closed; without the
 * archive's key it cannot be read even so.
 */
export async function forgetAll(): Promise<void> {
  const names = (await indexedDB.databases()).map(({ name }) => name ?? "");
  await Promise.all(names.filter((name) => name.startsWith("depesha-")).map(forget));
  await Promise.all(CACHES.map((name) => caches.delete(name)));
}

function forget(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onblocked = () => resolve();
    request.onerror = () => resolve();
  });
}
