/** PDF by pdf.js: it reads in a worker and draws on canvases; scripts of documents are not run. */

import { getDocument, type PDFDocumentProxy, PDFWorker } from "pdfjs-dist";
import PdfWorker from "pdfjs-dist/build/pdf.worker.min.mjs?worker";
import jbig2 from "pdfjs-dist/wasm/jbig2.wasm?url";
import openjpeg from "pdfjs-dist/wasm/openjpeg.wasm?url";
import qcms from "pdfjs-dist/wasm/qcms_bg.wasm?url";
import { DocumentError } from "./zip";

const DECODERS: Readonly<Record<string, string>> = {
  "jbig2.wasm": jbig2,
  "openjpeg.wasm": openjpeg,
  "qcms_bg.wasm": qcms,
};

/** What the library asks for beside the document: decoders of pictures, from this server. */
class Decoders {
  async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const url = DECODERS[filename];
    if (url === undefined) throw new Error(`Not kept: ${filename}`);
    return new Uint8Array(await (await fetch(url)).arrayBuffer());
  }
}

export interface Pdf {
  document: PDFDocumentProxy;
  close: () => void;
}

const MOST_PIXELS = 64 * 2 ** 20;

/** Throws `DocumentError`. */
export async function openPdf(file: Blob): Promise<Pdf> {
  const port = new PdfWorker();
  // The library's own type says that there is never a port.
  const worker = new PDFWorker({ port: port as unknown as null });
  const close = () => {
    worker.destroy();
    port.terminate();
  };
  const task = getDocument({
    data: await file.arrayBuffer(),
    worker,
    BinaryDataFactory: Decoders,
    useWorkerFetch: false,
    enableXfa: false,
    maxImageSize: MOST_PIXELS,
    verbosity: 0,
  });
  try {
    return { document: await task.promise, close };
  } catch (error) {
    close();
    const isLocked = error instanceof Error && error.name === "PasswordException";
    throw new DocumentError(isLocked ? "locked" : "broken");
  }
}
