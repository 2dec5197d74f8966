// After the build: tells the service worker its files, and puts a .gz and a .br beside each, so
// that the server never compresses.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WORTH = /\.(js|css|html|svg|json|wasm|webmanifest)$/;
const names = readdirSync("dist", { recursive: true })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => statSync(join("dist", name)).isFile() && !/\.(map|gz|br)$/.test(name));

tellServiceWorker();
for (const name of names) if (WORTH.test(name)) compress(join("dist", name));

function tellServiceWorker() {
  const kept = names.filter((name) => name !== "sw.js").sort();
  const hash = createHash("sha256");
  for (const name of kept) hash.update(name).update(readFileSync(join("dist", name)));
  const files = kept.map((name) => (name === "index.html" ? "/" : `/${name}`));
  const build = hash.digest("hex").slice(0, 16);
  const known = `const FILES=${JSON.stringify(files)},BUILD="${build}";\n`;
  writeFileSync("dist/sw.js", known + readFileSync("dist/sw.js", "utf8"));
}

function compress(path) {
  const bytes = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  const quality = bytes.length > 1_000_000 ? 9 : 11; // eleven takes half a minute over the WASM
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
  );
}
