import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { crc32, makeZip } from "./zip";

async function* pieces(...texts: string[]) {
  for (const text of texts) yield new TextEncoder().encode(text);
}

/** What Python's own reader finds in it; it checks every checksum. */
function readBack(parts: Uint8Array[]): unknown {
  const file = join(mkdtempSync(join(tmpdir(), "zip-")), "a.zip");
  writeFileSync(file, Buffer.concat(parts));
  const script =
    "import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n" +
    "print(json.dumps({n:z.read(n).decode() for n in z.namelist()}))";
  return JSON.parse(execFileSync("python3", ["-c", script, file], { encoding: "utf8" }));
}

test("another program reads what was written in pieces", async () => {
  const parts: Uint8Array[] = [];
  const zip = makeZip(async (bytes) => void parts.push(bytes), new Date("2026-11-27T17:30:10"));
  await zip.add("index.html", pieces("<p>", "Привет", "</p>"));
  await zip.add("файлы/отчёт.txt", pieces("x".repeat(100_000)));
  await zip.add("empty", pieces());
  await zip.end();
  expect(readBack(parts)).toEqual({
    "index.html": "<p>Привет</p>",
    "файлы/отчёт.txt": "x".repeat(100_000),
    empty: "",
  });
});

test("a source that fails ends the writing, and says why", async () => {
  const zip = makeZip(async () => {}, new Date());
  async function* broken() {
    yield new TextEncoder().encode("begun");
    throw new Error("cancelled");
  }
  await expect(zip.add("a", broken())).rejects.toThrow("cancelled");
});

test("a checksum is the same in one piece and in two", () => {
  const bytes = new TextEncoder().encode("123456789");
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926);
});
