/** Where a file grows that is saved in the end: in the browser's own file store, else in memory. */

type Bytes = Uint8Array<ArrayBuffer>;

export interface Sink {
  write(bytes: Bytes): Promise<void>;
  /** The whole file. */
  end(): Promise<Blob>;
  /** Nothing of it stays. */
  drop(): Promise<void>;
}

const NAME = "export.zip";
/** So much is gathered before it is written. */
const PIECE = 1 << 20;

/** What an earlier export left, in clear, is removed. */
export async function sweep(): Promise<void> {
  const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
  await root?.removeEntry(NAME).catch(() => {});
}

/** An empty file. */
export async function openSink(): Promise<Sink> {
  await sweep();
  const stored = await openStored().catch(() => undefined);
  return gathered(stored ?? inMemory());
}

async function openStored(): Promise<Sink> {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle(NAME, { create: true });
  const stream = await handle.createWritable();
  return {
    write: (bytes) => stream.write(bytes),
    async end() {
      await stream.close();
      return handle.getFile();
    },
    async drop() {
      await stream.abort().catch(() => {});
      await sweep();
    },
  };
}

function inMemory(): Sink {
  let parts: Blob[] = [];
  return {
    write: async (bytes) => void parts.push(new Blob([bytes])),
    end: async () => new Blob(parts, { type: "application/zip" }),
    drop: async () => {
      parts = [];
    },
  };
}

/** Many small writings as few large ones. */
function gathered(sink: Sink): Sink {
  let waiting: Bytes[] = [];
  let length = 0;
  const flush = async () => {
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const each of waiting) {
      bytes.set(each, at);
      at += each.length;
    }
    waiting = [];
    length = 0;
    await sink.write(bytes);
  };
  return {
    async write(bytes) {
      waiting.push(bytes);
      length += bytes.length;
      if (length >= PIECE) await flush();
    },
    async end() {
      if (length > 0) await flush();
      return sink.end();
    },
    drop: () => sink.drop(),
  };
}
