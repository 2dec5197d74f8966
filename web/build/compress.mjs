// Puts a .gz and a .br beside every built file, so that the server never compresses.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WORTH = /\.(js|css|html|svg|json|wasm|webmanifest|map)$/;

for (const name of readdirSync("dist", { recursive: true })) {
  const path = join("dist", name);
  if (!statSync(path).isFile() || !WORTH.test(name) || name.endsWith(".map")) continue;
  const bytes = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  const quality = bytes.length > 1_000_000 ? 9 : 11; // eleven takes half a minute over the WASM
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
  );
}
