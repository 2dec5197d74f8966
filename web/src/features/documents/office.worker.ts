/** Reads a document apart from the page, which can end it when it takes too long. */

import { readOffice } from "./read";
import { DocumentError } from "./zip";

export interface Asked {
  file: Blob;
  language: string;
}

self.onmessage = async ({ data }: MessageEvent<Asked>) => {
  try {
    const bytes = new Uint8Array(await data.file.arrayBuffer());
    self.postMessage({ office: await readOffice(bytes, data.language) });
  } catch (error) {
    self.postMessage({ trouble: error instanceof DocumentError ? error.trouble : "broken" });
  }
};
