import { statSync } from "node:fs";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

// `npm run dev` asks the server of `make run` for everything that is not the client's own.
const server = process.env.DEPESHA_URL ?? "http://127.0.0.1:8008";

const cryptography = "node_modules/@matrix-org/matrix-sdk-crypto-wasm/pkg";

export default defineConfig({
  define: { CRYPTO_BYTES: statSync(`${cryptography}/matrix_sdk_crypto_wasm_bg.wasm`).size },
  plugins: [solid()],
  build: {
    target: "es2023",
    sourcemap: true,
    assetsInlineLimit: 0,
    // COMPAT(WebKit, 2.50): while a stylesheet loads, new elements are told to be of no height, and
    // a list that believes it shows none of them. So all styles come at once, with the page.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: "index.html", sw: "src/app/sw.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  worker: { format: "es" },
  // The guides lie beside the other documents.
  server: {
    fs: { allow: [".."] },
    proxy: { "/_matrix": server, "/_depesha": server, "/.well-known": server },
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"], environment: "node" },
});
