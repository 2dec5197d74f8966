import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Device, type Server, serve } from "../../../test/depesha";
import { random } from "../../base/bytes";
import type { Content } from "../records";
import { sealFile, unsealFile } from "./attachment";
import { openCache } from "./cache";
import { safeType } from "./safe-type";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

/** `crypto.getRandomValues` gives no more at once. */
const noise = (length: number) => {
  const parts = Array.from({ length: Math.ceil(length / 65_536) }, () => random(65_536));
  return new Blob(parts).slice(0, length);
};

describe("an encrypted file", () => {
  test.each([0, 1, 16, 1_048_575, 1_048_576, 3_000_001])(
    "of %i bytes is opened whole",
    async (length) => {
      const plain = noise(length);
      const { ciphertext, file } = await sealFile(plain);
      expect(ciphertext.size).toBe(length);
      if (length > 0) expect(await bytesOf(ciphertext)).not.toEqual(await bytesOf(plain));
      const opened = await unsealFile(ciphertext, file, "image/png");
      expect(opened.type).toBe("image/png");
      expect(await bytesOf(opened)).toEqual(await bytesOf(plain));
    },
  );

  test("in pieces is what the cipher gives of the whole", async () => {
    const { ciphertext, file } = await sealFile(noise(2_500_000));
    const { key: jwk, iv } = file as { key: JsonWebKey; iv: string };
    const key = await crypto.subtle.importKey("jwk", jwk, "AES-CTR", false, ["decrypt"]);
    const counter = Uint8Array.from(Buffer.from(iv, "base64"));
    const how = { name: "AES-CTR", counter, length: 64 };
    const whole = await crypto.subtle.decrypt(how, key, await ciphertext.arrayBuffer());
    const opened = await unsealFile(ciphertext, file, "");
    expect(await bytesOf(opened)).toEqual(new Uint8Array(whole));
  });

  test("that was changed, or whose key is none, is refused", async () => {
    const { ciphertext, file } = await sealFile(noise(100));
    const changed = await bytesOf(ciphertext);
    changed[50] = (changed[50] ?? 0) ^ 1;
    const refused = { failure: { code: "broken" } };
    await expect(unsealFile(new Blob([changed]), file, "")).rejects.toMatchObject(refused);
    const broken: Content[] = [
      {},
      { ...file, v: "v1" },
      { ...file, iv: "AAAA" },
      { ...file, key: { ...(file.key as Content), k: "AAAA" } },
      { ...file, hashes: {} },
    ];
    for (const wrong of broken)
      await expect(unsealFile(ciphertext, wrong, "")).rejects.toMatchObject(refused);
  });
});

describe("the cache", () => {
  let at = 0;
  const open = (most?: number, key = new Uint8Array(32)) => openCache(key, () => ++at, most);

  test("gives what was put, to who has the key", async () => {
    const cache = await open();
    await cache.put("one", new Blob(["картинка"]));
    expect(await (await cache.get("one"))?.text()).toBe("картинка");
    expect(await cache.get("two")).toBeUndefined();
    const other = await open(undefined, new Uint8Array(32).fill(1));
    expect(await other.get("one")).toBeUndefined();
    await cache.clear();
    expect(await cache.get("one")).toBeUndefined();
    cache.close();
    other.close();
  });

  test("lets go of what was unused longest", async () => {
    const cache = await open(3000);
    for (const name of ["a", "b"]) await cache.put(name, noise(1000));
    await cache.get("a");
    await cache.put("c", noise(1000));
    expect(await cache.get("b")).toBeUndefined();
    expect((await cache.get("a"))?.size).toBe(1000);
    expect((await cache.get("c"))?.size).toBe(1000);
    await cache.put("large", noise(5000));
    expect(await cache.get("large")).toBeUndefined();
    await cache.clear();
    cache.close();
  });

  test("holds nothing readable, not even names", async () => {
    const cache = await open();
    await cache.put("mxc://web.test/name", new Blob(["plain words"]));
    const all = await new Promise<unknown>((resolve) => {
      const asked = indexedDB.open("depesha-media");
      asked.onsuccess = () => {
        const read = asked.result.transaction("bytes").objectStore("bytes");
        const [keys, values] = [read.getAllKeys(), read.getAll()];
        values.onsuccess = () =>
          resolve([keys.result, values.result.map((v) => Buffer.from(v).toString("latin1"))]);
      };
    });
    expect(JSON.stringify(all)).not.toMatch(/name|words/);
    await cache.clear();
    cache.close();
  });
});

describe("the server's media", () => {
  let server: Server;
  let anna: Device;

  beforeAll(async () => {
    server = await serve({ MAX_UPLOAD_BYTES: "2000000" });
    anna = await Device.register(server, "anna");
  });
  afterAll(() => {
    anna.stop();
    return server.stop();
  });

  test("keeps a plain file with its type, and gives it from the cache when it is gone", async () => {
    const blob = noise(100_000);
    const progress: number[] = [];
    const source = await anna.media.upload({
      blob,
      encrypt: false,
      name: "отчёт.pdf",
      mimetype: "application/pdf",
      onProgress: (sent) => progress.push(sent),
    });
    expect(source).toMatchObject({ mxc: expect.stringMatching(/^mxc:\/\/web\.test\//) });
    expect(progress.at(-1)).toBe(100_000);
    const loaded = await anna.media.load({ source, mimetype: "application/pdf" });
    expect(loaded.type).toBe("application/pdf");
    expect(await bytesOf(loaded)).toEqual(await bytesOf(blob));
  });

  test("keeps nothing readable of an encrypted file", async () => {
    const blob = new Blob(["тайна ".repeat(1000)]);
    const source = await anna.media.upload({
      blob,
      encrypt: true,
      name: "тайна.txt",
      mimetype: "text/plain",
    });
    if (!("file" in source)) throw new Error("It was sent as it was");
    const [mxc] = [String(source.file.url)];
    const raw = await anna.media.load({ source: { mxc } });
    expect(raw.size).toBe(blob.size);
    expect(await raw.text()).not.toContain("тайна");
    const loaded = await anna.media.load({ source, mimetype: "text/html" });
    expect(loaded.type).toBe("application/octet-stream");
    expect(await loaded.text()).toBe(await blob.text());
  });

  test("takes a file twice to the same address as once", async () => {
    const into = await anna.media.reserve();
    if (!into) throw new Error("No address was given");
    const ask = { blob: noise(1000), encrypt: false, into };
    expect(await anna.media.upload(ask)).toEqual({ mxc: into });
    expect(await anna.media.upload(ask)).toEqual({ mxc: into });
    expect(await bytesOf(await anna.media.load({ source: { mxc: into } }))).toEqual(
      await bytesOf(ask.blob),
    );
  });

  test("refuses a file that is too large before it is sent", async () => {
    expect(await anna.media.limit()).toBe(2_000_000);
    await expect(
      anna.media.upload({ blob: noise(2_000_001), encrypt: false }),
    ).rejects.toMatchObject({
      failure: { code: "M_TOO_LARGE", fields: { limit: 2_000_000 } },
    });
  });

  test("says why it gives nothing", async () => {
    const missing = anna.media.load({ source: { mxc: "mxc://web.test/missing" } });
    await expect(missing).rejects.toMatchObject({ failure: { code: "M_NOT_FOUND", status: 404 } });
    for (const mxc of ["", "http://x/y", "mxc://a/b/../c", "mxc://web.test/"])
      await expect(anna.media.load({ source: { mxc } })).rejects.toMatchObject({
        failure: { code: "broken" },
      });
    const signal = AbortSignal.abort();
    await expect(
      anna.media.upload({ blob: noise(10), encrypt: false, signal }),
    ).rejects.toMatchObject({ failure: { code: "cancelled" } });
  });

  test("is not asked again for what is cached", async () => {
    const source = await anna.media.upload({ blob: noise(500), encrypt: false });
    await anna.media.load({ source });
    const dead = await Device.register(server, "dead");
    await dead.json("POST", "/logout", {});
    await expect(dead.media.load({ source })).rejects.toMatchObject({
      failure: { code: "M_UNKNOWN_TOKEN" },
    });
    await anna.json("POST", "/logout", {});
    expect((await anna.media.load({ source })).size).toBe(500);
    dead.stop();
  });
});

test("only types that run nothing are shown", () => {
  expect(safeType("image/PNG; charset=x")).toBe("image/png");
  for (const wild of ["text/html", "image/svg+xml", "application/xhtml+xml", "", undefined])
    expect(safeType(wild)).toBe("application/octet-stream");
});
