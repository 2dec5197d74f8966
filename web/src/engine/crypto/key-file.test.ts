import { initAsync, OlmMachine } from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect, test } from "vitest";
import { sealKeys, unsealKeys } from "./key-file";

const KEYS = JSON.stringify(Array.from({ length: 30 }, (_, at) => ({ session_id: `ключ ${at}` })));

test("a file of keys is read with its passphrase alone", async () => {
  const text = await sealKeys(KEYS, "пароль", 1000);
  expect(await unsealKeys(text, "пароль")).toBe(KEYS);
  expect(await unsealKeys(`\nслова до\n${text.replaceAll("\n", "\r\n")}`, "пароль")).toBe(KEYS);
  expect(await unsealKeys(text, "Пароль")).toBeNull();
});

test("the library reads it, and writes what is read", async () => {
  await initAsync();
  const list = JSON.stringify([]);
  const ours = await sealKeys(list, "пароль", 1000);
  expect(OlmMachine.decryptExportedRoomKeys(ours, "пароль")).toBe(list);
  const theirs = OlmMachine.encryptExportedRoomKeys(list, "пароль", 1000);
  expect(await unsealKeys(theirs, "пароль")).toBe(list);
});

test("what is no such file is none", async () => {
  const text = await sealKeys(KEYS, "пароль", 1000);
  const lines = text.split("\n");
  for (const broken of [
    "",
    "-----BEGIN MEGOLM SESSION DATA-----\n-----END MEGOLM SESSION DATA-----",
    [...lines].reverse().join("\n"),
    text.slice(0, 300) + (text[300] === "A" ? "B" : "A") + text.slice(301),
    [lines[0], "?".repeat(200), lines.at(-2)].join("\n"),
    text.slice(0, -60),
  ])
    expect(await unsealKeys(broken, "пароль")).toBeNull();
});
