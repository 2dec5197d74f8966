import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Device, makeAccount, PASSWORD, type Server, serve } from "../../../test/depesha";
import { hasJsSdk, hasNio, jsSdk, nio, type Stranger } from "../../../test/stranger";
import type { MediaSource } from "../records";
import { sealKeys, unsealKeys } from "./key-file";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: Server;
const open: { stop(): void }[] = [];
let people = 0;

beforeAll(async () => {
  server = await serve();
});
afterEach(() => {
  for (const one of open.splice(0)) one.stop();
});
afterAll(() => server.stop());

const kept = <T extends { stop(): void }>(one: T): T => {
  open.push(one);
  return one;
};

async function anna(): Promise<Device> {
  const device = kept(await Device.register(server, `anna${++people}`));
  await device.crypto.begin(PASSWORD);
  return device;
}

const account = (name: string) => makeAccount(server, `${name}${++people}`);

const shown = (device: Device) => device.crypto.verifications().at(-1);

/** Our device syncs while the stranger does what it was told. */
async function meanwhile<T>(device: Device, work: Promise<T>): Promise<T> {
  let over = false;
  const watch = work.finally(() => {
    over = true;
  });
  await device.until(() => over, "the stranger");
  return watch;
}

describe.runIf(hasNio)("with matrix-nio", () => {
  async function pair(): Promise<[Device, Stranger, string, string]> {
    const device = await anna();
    const userId = await account("boris");
    const stranger = kept(await nio(server, userId));
    await stranger("login", { password: PASSWORD });
    const room = await device.createRoom([userId]);
    await stranger("join", { room });
    return [device, stranger, room, userId];
  }

  test("messages are read on both sides", async () => {
    const [device, stranger, room] = await pair();
    const ours = await device.say(room, "от нас");
    expect(await stranger("read", { id: ours })).toEqual({ body: "от нас", decrypted: true });
    const { id } = await stranger("send", { room, body: "от них" });
    const seen = await device.read(String(id));
    expect(seen).toMatchObject({ content: { body: "от них" }, encryption: "warning" });
  });

  test("files are opened on both sides", async () => {
    const [device, stranger, room] = await pair();
    const blob = new Blob(["приказ ".repeat(200_000)]);
    const source = await device.media.upload({ blob, encrypt: true });
    const content = { msgtype: "m.file", body: "приказ.txt", ...source };
    const { text } = await stranger("read_file", { id: await device.send(room, content) });
    expect(text).toBe(await blob.text());
    const { id } = await stranger("send_file", { room, text: "отчёт ".repeat(200_000) });
    const { file } = (await device.read(String(id))).content;
    const loaded = await device.media.load({ source: { file } as MediaSource });
    expect(await loaded.text()).toBe("отчёт ".repeat(200_000));
  });

  test("a file of keys is read on both sides", async () => {
    const [device, stranger, room, userId] = await pair();
    const ours = await device.read(await device.say(room, "ключ у нас"));
    await stranger("read", { id: ours.id });
    const folder = await mkdtemp(join(tmpdir(), "depesha-keys-"));

    const later = kept(await nio(server, userId));
    await later("login", { password: PASSWORD });
    await later("join", { room });
    await expect(later("decrypt", { room, raw: ours.raw })).rejects.toThrow();
    const file = join(folder, "ours.txt");
    const exported = await (await device.crypto.exportKeys("a passphrase")).text();
    // Its key derivation takes a minute for as many rounds as we make.
    const keys = (await unsealKeys(exported, "a passphrase")) ?? "";
    await writeFile(file, await sealKeys(keys, "a passphrase", 1000));
    await later("import_keys", { file, passphrase: "a passphrase" });
    expect(await later("decrypt", { room, raw: ours.raw })).toEqual({ body: "ключ у нас" });

    const second = kept(await Device.signIn(server, device.userId));
    await second.history(room);
    expect(second.events.get(ours.id)?.encryption).toBe("undecryptable");
    await stranger("export_keys", { file: join(folder, "theirs.txt"), passphrase: "a passphrase" });
    const theirs = new Blob([await readFile(join(folder, "theirs.txt"))]);
    await second.crypto.importKeys(theirs, "a passphrase");
    expect((await second.read(ours.id)).content.body).toBe("ключ у нас");
  });

  test("emoji begun the old way agree, and what does not is told", async () => {
    const [device, stranger, room] = await pair();
    await device.read(String((await stranger("send", { room, body: "знакомство" })).id));
    const { userId: user, deviceId } = device;
    const { id } = await stranger("start_sas", { user, device: deviceId });
    await device.until(() => shown(device)?.phase === "requested");
    expect(shown(device)).toMatchObject({ id, incoming: true });
    await device.crypto.actOnVerification({ id: String(id), act: "accept" });
    const { emoji } = await meanwhile(device, stranger("emoji", { id }));
    await device.until(() => shown(device)?.emoji);
    expect(shown(device)?.emoji?.map(({ symbol }) => symbol)).toEqual(emoji);
    // Its last step is not the standard's either, so it goes no further.
    await device.crypto.actOnVerification({ id: String(id), act: "mismatch" });
    expect(shown(device)).toMatchObject({ phase: "cancelled", reason: "m.mismatched_sas" });
    await stranger("cancelled", { id });
  });
});

describe.runIf(hasJsSdk)("with matrix-js-sdk", () => {
  test("messages are read on both sides, and people verified by emoji in the room", async () => {
    const device = await anna();
    const userId = await account("boris");
    const stranger = kept(await jsSdk(server, userId));
    await stranger("login");
    await stranger("bootstrap");
    const room = await device.createRoom([userId], { is_direct: true });
    await stranger("join", { room });
    const ours = await device.say(room, "от нас");
    expect(await stranger("read", { room, id: ours })).toEqual({ body: "от нас" });
    const { id } = await stranger("send", { room, body: "от них" });
    await device.read(String(id));
    const seen = await device.until(
      () =>
        device.events.get(String(id))?.encryption === "verified" && device.events.get(String(id)),
    );
    expect(seen.content.body).toBe("от них");

    await stranger("ask", { user: device.userId, room });
    await device.until(() => shown(device)?.phase === "requested");
    const flow = String(shown(device)?.id);
    await device.crypto.actOnVerification({ id: flow, act: "accept" });
    await meanwhile(device, stranger("begin"));
    const { emoji } = await meanwhile(device, stranger("emoji"));
    await device.until(() => shown(device)?.emoji);
    expect(shown(device)?.emoji?.map(({ symbol }) => symbol)).toEqual(emoji);
    await device.crypto.actOnVerification({ id: flow, act: "confirm" });
    await stranger("confirm");
    await device.until(() => shown(device)?.phase === "done");
    await device.until(async () => (await device.crypto.trust(userId)) === "verified");
    await meanwhile(device, stranger("isVerified", { user: device.userId }));
  });

  test("our backup is restored by them", async () => {
    const device = await anna();
    const other = await anna();
    const room = await other.createRoom([device.userId]);
    await device.join(room);
    const id = await other.say(room, "из копии");
    await device.read(id);
    const { recoveryKey } = await device.crypto.setUp({ passphrase: "верная лошадь" });
    await device.sync();
    const stranger = kept(await jsSdk(server, device.userId));
    await stranger("login");
    const restored = await stranger("restore", { key: recoveryKey });
    expect(restored.verified).toBe(true);
    expect(restored.imported).toBeGreaterThan(0);
    expect(await stranger("read", { room, id })).toEqual({ body: "из копии" });
  });

  test("their backup is restored by us, by key and by passphrase", async () => {
    const other = await anna();
    const userId = await account("vera");
    const stranger = kept(await jsSdk(server, userId));
    await stranger("login");
    const { key } = await stranger("bootstrap");
    const room = await other.createRoom([userId]);
    await stranger("join", { room });
    const id = await other.say(room, "из их копии");
    await stranger("read", { room, id });
    await stranger("backedUp");
    for (const text of [String(key), "a phrase of theirs"]) {
      const device = kept(await Device.signIn(server, userId));
      await device.history(room);
      expect(device.events.get(id)?.encryption).toBe("undecryptable");
      await device.crypto.recover(text);
      expect((await device.read(id)).content.body).toBe("из их копии");
      expect(device.crypto.view()).toMatchObject({ crossSigning: "verified", backup: "on" });
    }
  });

  test("our new device is verified by theirs and given all keys", async () => {
    const other = await anna();
    const userId = await account("gleb");
    const stranger = kept(await jsSdk(server, userId));
    await stranger("login");
    await stranger("bootstrap");
    const room = await other.createRoom([userId]);
    await stranger("join", { room });
    const id = await other.say(room, "до нас");
    await stranger("read", { room, id });
    await stranger("backedUp");
    const device = kept(await Device.signIn(server, userId));
    const { id: flow } = await device.crypto.startVerification({ userId });
    await meanwhile(device, stranger("accept"));
    await device.until(() => shown(device)?.phase === "ready");
    await device.crypto.actOnVerification({ id: flow, act: "emoji" });
    const { emoji } = await meanwhile(device, stranger("emoji"));
    await device.until(() => shown(device)?.emoji);
    expect(shown(device)?.emoji?.map(({ symbol }) => symbol)).toEqual(emoji);
    await device.crypto.actOnVerification({ id: flow, act: "confirm" });
    await stranger("confirm");
    await device.until(() => device.crypto.view().backup === "on");
    expect(device.crypto.view().crossSigning).toBe("verified");
    await device.history(room);
    expect((await device.read(id)).content.body).toBe("до нас");
  });
});
