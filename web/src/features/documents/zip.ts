/** Reading of ZIP files that strangers made: nothing grows beyond what is asked for. */

export type Bytes = Uint8Array<ArrayBuffer>;

/** Why a document is not shown. */
export type Trouble = "broken" | "large" | "locked";

export class DocumentError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble);
  }
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const MOST_COMMENT = 0xffff;
const MOST_ENTRIES = 4000;
/** Bytes that one file inside may have, and all that are read. */
const MOST_ONE = 24 * 2 ** 20;
const MOST_ALL = 64 * 2 ** 20;

interface Entry {
  method: number;
  locked: boolean;
  size: number;
  at: number;
}

export interface Zip {
  has(name: string): boolean;
  /** The file's bytes; throws `broken` where there is none of this name. */
  read(name: string): Promise<Bytes>;
}

/** Throws `broken` where `bytes` is no ZIP, `large` where it holds too many files. */
export function openZip(bytes: Bytes): Zip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readEntries(view, bytes);
  let left = MOST_ALL;
  return {
    has: (name) => entries.has(name),
    async read(name) {
      const entry = entries.get(name);
      if (!entry) throw new DocumentError("broken");
      if (entry.locked) throw new DocumentError("locked");
      const packed = packedBytes(view, bytes, entry);
      const plain =
        entry.method === 0
          ? packed
          : entry.method === 8
            ? await inflate(packed, Math.min(MOST_ONE, left))
            : undefined;
      if (!plain) throw new DocumentError("broken");
      left -= plain.length;
      if (left < 0) throw new DocumentError("large");
      return plain;
    },
  };
}

function readEntries(view: DataView, bytes: Bytes): Map<string, Entry> {
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > MOST_ENTRIES) throw new DocumentError("large");
  const entries = new Map<string, Entry>();
  let at = view.getUint32(end + 16, true);
  for (let n = 0; n < count; n++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== ENTRY)
      throw new DocumentError("broken");
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const [name = 0, extra = 0, comment = 0] = lengths;
    entries.set(new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)), {
      method: view.getUint16(at + 10, true),
      locked: (view.getUint16(at + 8, true) & 1) === 1,
      size: view.getUint32(at + 20, true),
      at: view.getUint32(at + 42, true),
    });
    at += 46 + name + extra + comment;
  }
  return entries;
}

function findEnd(view: DataView): number {
  const last = view.byteLength - END_SIZE;
  for (let at = last; at >= Math.max(0, last - MOST_COMMENT); at--)
    if (view.getUint32(at, true) === END) return at;
  throw new DocumentError("broken");
}

function packedBytes(view: DataView, bytes: Bytes, { at, size }: Entry): Bytes {
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== LOCAL)
    throw new DocumentError("broken");
  const from = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (from + size > view.byteLength) throw new DocumentError("broken");
  return bytes.subarray(from, from + size);
}

/** What is packed so that it grows without end is given up at `most` bytes. */
async function inflate(packed: Bytes, most: number): Promise<Bytes> {
  const reader = new Blob([packed])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"))
    .getReader();
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const piece = await reader.read().catch(() => {
      throw new DocumentError("broken");
    });
    if (piece.done) break;
    total += piece.value.length;
    if (total > most) {
      await reader.cancel().catch(() => {});
      throw new DocumentError("large");
    }
    pieces.push(piece.value);
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
