import { describe, expect, test } from "vitest";
import { random } from "../../base/bytes";
import { readRecoveryKey, writeRecoveryKey } from "../../base/recovery-key";
import { describeKey, freshPassphrase, isKey, keyOfPassphrase, seal, unseal } from "./seal";

describe("a recovery key", () => {
  test("is read as it was written, however it is spaced", () => {
    for (const key of [random(32), new Uint8Array(32), new Uint8Array(32).fill(255)]) {
      const text = writeRecoveryKey(key);
      expect(text).toMatch(/^E[a-zA-Z0-9]{3}( [a-zA-Z0-9]{4})* [a-zA-Z0-9]{1,4}$/);
      expect(readRecoveryKey(text)).toEqual(key);
      expect(readRecoveryKey(` ${text.replaceAll(" ", "\n")}`)).toEqual(key);
    }
  });

  test("is what another client writes", () => {
    const key = Uint8Array.from({ length: 32 }, (_, at) => at * 7);
    const text = "EsSz z9tE P7v3 2x3J pej9 kEu3 wFRg Cohn LtKd CcAP Gyjg nnbj";
    expect(writeRecoveryKey(key)).toBe(text);
    expect(readRecoveryKey(text)).toEqual(key);
  });

  test("with a wrong letter is none", () => {
    const text = writeRecoveryKey(random(32));
    const wrong = text.slice(0, 6) + (text[6] === "a" ? "b" : "a") + text.slice(7);
    expect(readRecoveryKey(wrong)).toBeNull();
    expect(readRecoveryKey(text.slice(0, -1))).toBeNull();
    expect(readRecoveryKey("0OIl")).toBeNull();
    expect(readRecoveryKey("")).toBeNull();
  });
});

describe("a sealed secret", () => {
  test("opens with its key and name alone", async () => {
    const key = random(32);
    const sealed = await seal(key, "m.megolm_backup.v1", "тайна");
    expect(await unseal(key, "m.megolm_backup.v1", sealed)).toBe("тайна");
    expect(await unseal(random(32), "m.megolm_backup.v1", sealed)).toBeNull();
    expect(await unseal(key, "m.cross_signing.master", sealed)).toBeNull();
    expect(await unseal(key, "m.megolm_backup.v1", { ...sealed, ciphertext: "AAAA" })).toBeNull();
    for (const broken of [undefined, null, {}, { ...sealed, iv: "" }, { ...sealed, mac: "?" }])
      expect(await unseal(key, "m.megolm_backup.v1", broken)).toBeNull();
  });

  test("tells a mistyped key by its description", async () => {
    const key = random(32);
    const description = await describeKey(key);
    expect(await isKey(key, description)).toBe(true);
    expect(await isKey(random(32), description)).toBe(false);
    expect(await isKey(random(32), { algorithm: description.algorithm })).toBe(true);
  });

  test("opens by a passphrase", async () => {
    const how = { ...freshPassphrase(), iterations: 1000 };
    const key = await keyOfPassphrase("верная лошадь", how);
    expect(key).toHaveLength(32);
    expect(await keyOfPassphrase("верная лошадь", how)).toEqual(key);
    expect(await keyOfPassphrase("верная лошадка", how)).not.toEqual(key);
    expect(await keyOfPassphrase("верная лошадь", { ...how, iterations: 1e12 })).toBeNull();
    expect(await keyOfPassphrase("верная лошадь", { ...how, algorithm: "x" })).toBeNull();
  });
});
