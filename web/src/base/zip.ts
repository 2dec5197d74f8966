/**
 * A zip archive written as it grows: no entry is held in memory. Entries are deflated, their sizes
 * follow them (APPNOTE 4.4.4, bit 3); an archive beyond 4 GiB gets the records of zip64 (4.5.3).
 */

type Bytes = Uint8Array<ArrayBuffer>;

export interface Zip {
  /** One entry after the other. `name` is a path with `/`. */
  add(name: string, chunks: AsyncIterable<Bytes>): Promise<void>;
  end(): Promise<void>;
}

interface Written {
  name: Bytes;
  crc: number;
  packed: number;
  size: number;
  at: number;
}

const MOST_32 = 0xffff_ffff;
/** Names are UTF-8, sizes come after the data. */
const FLAGS = 0x0808;
const DEFLATED = 8;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum of `bytes` after what gave `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Little-endian numbers one after the other, as [value, bytes] pairs. */
function record(...fields: readonly (readonly [value: number, bytes: 2 | 4 | 8])[]): Bytes {
  const bytes = new Uint8Array(fields.reduce((sum, [, length]) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, length] of fields) {
    if (length === 2) view.setUint16(at, value, true);
    else if (length === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += length;
  }
  return bytes;
}

/** Date and time as MS-DOS has them, local. */
function dosTime(now: Date): readonly [time: number, date: number] {
  const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
  const date = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
  return [time, date];
}

export function makeZip(write: (bytes: Bytes) => Promise<void>, now: Date): Zip {
  const [time, date] = dosTime(now);
  const entries: Written[] = [];
  let at = 0;

  async function put(bytes: Bytes): Promise<void> {
    await write(bytes);
    at += bytes.length;
  }

  return {
    async add(path, chunks) {
      const name = new TextEncoder().encode(path);
      const begin = at;
      await put(
        record(
          [0x04034b50, 4],
          [20, 2],
          [FLAGS, 2],
          [DEFLATED, 2],
          [time, 2],
          [date, 2],
          [0, 4],
          [0, 4],
          [0, 4],
          [name.length, 2],
          [0, 2],
        ),
      );
      await put(name);
      const data = at;
      let crc = 0;
      let size = 0;
      const deflate = new CompressionStream("deflate-raw");
      const writer = deflate.writable.getWriter();
      const feed = async () => {
        try {
          for await (const chunk of chunks) {
            crc = crc32(chunk, crc);
            size += chunk.length;
            await writer.write(chunk);
          }
          await writer.close();
        } catch (error) {
          await writer.abort(error).catch(() => {});
          throw error;
        }
      };
      const drain = async () => {
        const reader = deflate.readable.getReader();
        for (
          let { value, done } = await reader.read();
          !done;
          { value, done } = await reader.read()
        )
          if (value) await put(value as Bytes);
      };
      const [fed, drained] = await Promise.allSettled([feed(), drain()]);
      if (fed.status === "rejected") throw fed.reason;
      if (drained.status === "rejected") throw drained.reason;
      const packed = at - data;
      if (size > MOST_32 || packed > MOST_32) throw new Error("An entry of more than 4 GiB");
      await put(record([0x08074b50, 4], [crc, 4], [packed, 4], [size, 4]));
      entries.push({ name, crc, packed, size, at: begin });
    },

    async end() {
      const begin = at;
      for (const { name, crc, packed, size, at: offset } of entries) {
        const isFar = offset >= MOST_32;
        const extra = isFar ? record([1, 2], [8, 2], [offset, 8]) : new Uint8Array(0);
        await put(
          record(
            [0x02014b50, 4],
            [isFar ? 45 : 20, 2],
            [isFar ? 45 : 20, 2],
            [FLAGS, 2],
            [DEFLATED, 2],
            [time, 2],
            [date, 2],
            [crc, 4],
            [packed, 4],
            [size, 4],
            [name.length, 2],
            [extra.length, 2],
            [0, 2],
            [0, 2],
            [0, 2],
            [0, 4],
            [isFar ? MOST_32 : offset, 4],
          ),
        );
        await put(name);
        await put(extra);
      }
      const length = at - begin;
      const count = entries.length;
      if (begin >= MOST_32 || count >= 0xffff) {
        const far = at;
        await put(
          record(
            [0x06064b50, 4],
            [44, 8],
            [45, 2],
            [45, 2],
            [0, 4],
            [0, 4],
            [count, 8],
            [count, 8],
            [length, 8],
            [begin, 8],
          ),
        );
        await put(record([0x07064b50, 4], [0, 4], [far, 8], [1, 4]));
      }
      await put(
        record(
          [0x06054b50, 4],
          [0, 2],
          [0, 2],
          [Math.min(count, 0xffff), 2],
          [Math.min(count, 0xffff), 2],
          [length, 4],
          [Math.min(begin, MOST_32), 4],
          [0, 2],
        ),
      );
    },
  };
}
