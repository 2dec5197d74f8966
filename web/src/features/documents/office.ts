/** Office documents read by a worker of their own. */

import type { Office } from "./model";
import type { Asked } from "./office.worker";
import { DocumentError, type Trouble } from "./zip";

/** A document that takes longer was made to take long. */
const LONGEST_MS = 30_000;

/** Throws `DocumentError`. */
export function openOffice(file: Blob, language: string): Promise<Office> {
  const worker = new Worker(new URL("./office.worker.ts", import.meta.url), { type: "module" });
  return new Promise<Office>((resolve, reject) => {
    const timer = setTimeout(() => reject(new DocumentError("large")), LONGEST_MS);
    worker.onmessage = ({ data }: MessageEvent<{ office?: Office; trouble?: Trouble }>) => {
      clearTimeout(timer);
      if (data.office) resolve(data.office);
      else reject(new DocumentError(data.trouble ?? "broken"));
    };
    worker.onerror = () => {
      clearTimeout(timer);
      reject(new DocumentError("broken"));
    };
    worker.postMessage({ file, language } satisfies Asked);
  }).finally(() => worker.terminate());
}
