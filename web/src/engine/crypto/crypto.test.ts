import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Device, PASSWORD, type Server, serve, together } from "../../../test/depesha";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: Server;
const devices: Device[] = [];
let people = 0;

beforeAll(async () => {
  server = await serve();
});
afterEach(() => {
  for (const device of devices.splice(0)) device.stop();
});
afterAll(() => server.stop());

/** Somebody new. */
async function person(name: string): Promise<Device> {
  const device = await Device.register(server, `${name}${++people}`);
  devices.push(device);
  return device;
}

/** Somebody whose keys of the account the server never gets. */
async function unsigned(name: string): Promise<Device> {
  const device = await Device.registerOffline(server, `${name}${++people}`, "device_signing");
  devices.push(device);
  return device;
}

/** One more device of the same person. */
async function another(device: Device): Promise<Device> {
  const next = await Device.signIn(server, device.userId);
  devices.push(next);
  return next;
}

async function pair(): Promise<[Device, Device, string]> {
  const [anna, boris] = [await person("anna"), await person("boris")];
  await anna.crypto.begin(PASSWORD);
  await boris.crypto.begin(PASSWORD);
  const room = await anna.createRoom([boris.userId]);
  await boris.join(room);
  return [anna, boris, room];
}

describe("messages", () => {
  test("are read by the other, and marked as of a signed device", async () => {
    const [anna, boris, room] = await pair();
    for (const [sender, reader] of [
      [anna, boris],
      [boris, anna],
    ] as const) {
      const id = await sender.say(room, "тайна");
      await reader.read(id);
      const seen = await reader.until(
        () => reader.events.get(id)?.encryption === "verified" && reader.events.get(id),
      );
      expect(seen.content.body).toBe("тайна");
      expect(JSON.stringify(seen.raw)).not.toContain("тайна");
    }
  });

  test("of a device nobody signed carry a warning", async () => {
    const [anna, boris] = [await unsigned("anna"), await person("boris")];
    const room = await anna.createRoom([boris.userId]);
    await boris.join(room);
    const id = await anna.say(room, "без подписи");
    await boris.read(id);
    await boris.until(() => boris.events.get(id)?.note === "unsignedDevice");
    expect(boris.events.get(id)?.encryption).toBe("warning");
  });

  test("are read after the keys were opened anew, and not with another key", async () => {
    const [anna, boris, room] = await pair();
    const first = await anna.say(room, "до");
    await boris.read(first);
    await boris.restart();
    boris.events.clear();
    await boris.history(room);
    expect(boris.events.get(first)?.content.body).toBe("до");
    expect((await boris.read(await anna.say(room, "после"))).content.body).toBe("после");
    boris.crypto.stop();
    await expect(
      boris.crypto.start(boris.userId, boris.deviceId, new Uint8Array(32)),
    ).rejects.toBeDefined();
    await boris.start();
  });

  test("leave nothing behind when all is wiped", async () => {
    const [anna, boris, room] = await pair();
    await boris.read(await anna.say(room, "след"));
    const names = async () => (await indexedDB.databases()).map(({ name }) => String(name));
    const own = async () => (await names()).filter((name) => name.includes(boris.deviceId));
    expect(await own()).toHaveLength(2);
    boris.stop();
    await boris.crypto.wipe(boris.userId, boris.deviceId);
    expect(await own()).toEqual([]);
  });

  test("sent before a device was made say so", async () => {
    const [anna, boris, room] = await pair();
    const id = await anna.say(room, "рано");
    await boris.read(id);
    const second = await another(boris);
    await second.history(room);
    expect(second.events.get(id)).toMatchObject({
      encryption: "undecryptable",
      note: "beforeDevice",
    });
  });

  test("go on after a member left, unread by them", async () => {
    const [anna, boris, room] = await pair();
    expect(await anna.crypto.mustEncrypt(room)).toBe(false);
    await boris.read(await anna.say(room, "вместе"));
    expect(await anna.crypto.mustEncrypt(room)).toBe(true);
    await anna.json("POST", `/rooms/${encodeURIComponent(room)}/kick`, { user_id: boris.userId });
    const id = await anna.say(room, "без него");
    const seen = await anna.read(id);
    expect(seen.content.body).toBe("без него");
    await boris.sync();
    expect(await boris.crypto.decrypt(room, seen.raw)).toMatchObject({ note: "missingKey" });
    const unsigned = { membership: "leave" };
    expect(await boris.crypto.decrypt(room, { ...seen.raw, unsigned })).toMatchObject({
      encryption: "undecryptable",
      note: "notMember",
    });
  });
});

describe("a new device", () => {
  test("takes the history by the recovery key", async () => {
    const [anna, boris, room] = await pair();
    const id = await boris.say(room, "старое");
    await anna.read(id);
    const { recoveryKey } = await anna.crypto.setUp({});
    await anna.sync();
    expect(anna.crypto.view()).toMatchObject({
      ready: true,
      crossSigning: "verified",
      backup: "on",
      recovery: true,
    });
    const second = await another(anna);
    await second.sync();
    expect(second.crypto.view()).toMatchObject({ crossSigning: "unverified", backup: "needsKey" });
    await expect(second.crypto.recover("не тот ключ")).rejects.toMatchObject({
      failure: { code: "wrongKey" },
    });
    await second.history(room);
    expect(second.events.get(id)?.encryption).toBe("undecryptable");
    await second.crypto.recover(recoveryKey);
    expect((await second.read(id)).content.body).toBe("старое");
    expect(second.crypto.view()).toMatchObject({ crossSigning: "verified", backup: "on" });
  });

  test("takes the history by the passphrase, and what is written later is backed up too", async () => {
    const [anna, boris, room] = await pair();
    await anna.crypto.setUp({ passphrase: "верная лошадь скрепка" });
    const id = await boris.say(room, "позже");
    await anna.read(id);
    await anna.sync();
    const second = await another(anna);
    await second.crypto.recover("верная лошадь скрепка");
    await second.history(room);
    expect((await second.read(id)).content.body).toBe("позже");
  });

  test("cannot set up what another device holds, but may begin anew with the password", async () => {
    const [anna] = await pair();
    const second = await another(anna);
    await second.sync();
    await expect(second.crypto.setUp({})).rejects.toMatchObject({ failure: { code: "keysExist" } });
    await expect(second.crypto.setUp({ reset: true })).rejects.toMatchObject({
      failure: { code: "passwordNeeded" },
    });
    await second.crypto.setUp({ reset: true, password: PASSWORD });
    expect(second.crypto.view()).toMatchObject({ crossSigning: "verified", backup: "on" });
  });

  test("keeps the keys it holds when a new beginning is refused", async () => {
    const [anna] = await pair();
    const wrong = { reset: true, password: "another password" };
    await expect(anna.crypto.setUp(wrong)).rejects.toMatchObject({ failure: { status: 401 } });
    await anna.sync();
    expect(anna.crypto.view().crossSigning).toBe("verified");
    const { recoveryKey } = await anna.crypto.setUp({});
    const second = await another(anna);
    await second.crypto.recover(recoveryKey);
    expect(second.crypto.view().crossSigning).toBe("verified");
  });

  test("of a new account gets its keys by itself, also where the network went meanwhile", async () => {
    const anna = await person("anna");
    await anna.until(() => anna.crypto.view().backup === "on");
    expect(anna.crypto.view().crossSigning).toBe("verified");

    const boris = await unsigned("boris");
    await boris.sync();
    expect(boris.crypto.view().backup).toBe("off");
    boris.offline = undefined;
    await boris.restart();
    await boris.until(() => boris.crypto.view().backup === "on");
    expect(boris.crypto.view().crossSigning).toBe("verified");
    const second = await another(boris);
    await second.sync();
    expect(second.crypto.view().crossSigning).toBe("unverified");
  });

  test("asks for devices once at a time: two who do so in turn would never end", async () => {
    const anna = await person("anna");
    await Promise.all([anna.crypto.begin(), anna.crypto.pump()]);
    expect(anna.mostQueries).toBe(1);
  });

  test("whose account began anew elsewhere puts no more keys into the new backup", async () => {
    const [anna, boris, room] = await pair();
    const second = await another(anna);
    await second.crypto.setUp({ reset: true, password: PASSWORD });
    await anna.read(await boris.say(room, "после"));
    await anna.until(() => anna.crypto.view().backup === "needsKey");
    await anna.until(() => anna.crypto.view().crossSigning === "unverified");
    const { count } = await second.json("GET", "/room_keys/version");
    expect(count).toBe(0);
  });

  test("without a recovery key says that there is none", async () => {
    const [anna] = await pair();
    const second = await another(anna);
    await expect(second.crypto.recover("EsTx")).rejects.toMatchObject({
      failure: { code: "noRecovery" },
    });
  });
});

/** The one verification that a device shows. */
const shown = (device: Device) => device.crypto.verifications().at(-1);

async function compareEmoji(asking: Device, asked: Device, id: string): Promise<void> {
  const both = [asking, asked];
  await together(both, () => shown(asked)?.phase === "requested");
  expect(shown(asked)?.incoming).toBe(true);
  const theirs = shown(asked)?.id ?? "";
  await asked.crypto.actOnVerification({ id: theirs, act: "accept" });
  await together(both, () => shown(asking)?.phase === "ready");
  await asking.crypto.actOnVerification({ id, act: "emoji" });
  await together(both, () => shown(asking)?.emoji && shown(asked)?.emoji);
  expect(shown(asking)?.emoji).toHaveLength(7);
  expect(shown(asking)?.emoji).toEqual(shown(asked)?.emoji);
  await asking.crypto.actOnVerification({ id, act: "confirm" });
  await asked.crypto.actOnVerification({ id: theirs, act: "confirm" });
  await together(both, () => shown(asking)?.phase === "done" && shown(asked)?.phase === "done");
}

describe("verification", () => {
  test("of one's own new device by emoji gives it keys and history", async () => {
    const [anna, boris, room] = await pair();
    const old = await boris.say(room, "старое");
    await anna.read(old);
    await anna.sync();
    const second = await another(anna);
    await anna.sync();
    await second.sync();
    const { id } = await second.crypto.startVerification({ userId: anna.userId });
    await compareEmoji(second, anna, id);
    await together([second, anna], () => second.crypto.view().backup === "on");
    expect(second.crypto.view().crossSigning).toBe("verified");
    await second.history(room);
    expect((await second.read(old)).content.body).toBe("старое");
    expect((await anna.crypto.devices(anna.userId)).get(second.deviceId)?.verified).toBe(true);
  });

  test("of another person by emoji, in the room", async () => {
    const [anna, boris] = await pair();
    expect(await anna.crypto.trust(boris.userId)).not.toBe("verified");
    const started = anna.crypto.startVerification({ userId: boris.userId });
    const joined = boris.until(async () => {
      const { invited } = await invitations(boris);
      for (const roomId of invited) await boris.join(roomId);
      return invited.length > 0;
    });
    const [{ id }] = await Promise.all([started, joined]);
    await compareEmoji(anna, boris, id);
    await together(
      [anna, boris],
      async () => (await anna.crypto.trust(boris.userId)) === "verified",
    );
    await together(
      [anna, boris],
      async () => (await boris.crypto.trust(anna.userId)) === "verified",
    );
  });

  test("by a code that is shown and scanned", async () => {
    const [anna] = await pair();
    const second = await another(anna);
    await anna.sync();
    const { id } = await second.crypto.startVerification({ userId: anna.userId });
    const both = [anna, second];
    await together(both, () => shown(anna)?.phase === "requested");
    await anna.crypto.actOnVerification({ id, act: "accept" });
    await together(both, () => shown(second)?.qr);
    const { qr = new Uint8Array(), qrPicture } = shown(second) ?? {};
    expect(qrPicture?.modules).toHaveLength((qrPicture?.side ?? 0) ** 2);
    expect(new Set(qrPicture?.modules)).toEqual(new Set([0, 1]));
    await expect(
      anna.crypto.actOnVerification({ id, act: "scanned", qr: qr.map((byte) => byte ^ 1) }),
    ).rejects.toMatchObject({ failure: { code: "wrongQr" } });
    await anna.crypto.actOnVerification({ id, act: "scanned", qr });
    await together(both, () => shown(second)?.phase === "qr");
    await second.crypto.actOnVerification({ id, act: "confirm" });
    await together(both, () => shown(second)?.phase === "done" && shown(anna)?.phase === "done");
    await together(both, () => second.crypto.view().crossSigning === "verified");
  });

  test("that one device took up is no longer asked on another", async () => {
    const [anna] = await pair();
    const { recoveryKey } = await anna.crypto.setUp({});
    const second = await another(anna);
    await second.crypto.recover(recoveryKey);
    const third = await another(anna);
    const all = [anna, second, third];
    for (const device of all) await device.sync();
    await third.crypto.startVerification({ userId: anna.userId });
    await together(all, () => shown(anna) && shown(second));
    await anna.crypto.actOnVerification({ id: shown(anna)?.id ?? "", act: "accept" });
    await together(all, () => shown(third)?.phase === "ready" && !shown(second));
  });

  test("that is cancelled is shown so to both", async () => {
    const [anna] = await pair();
    const second = await another(anna);
    await anna.sync();
    const { id } = await second.crypto.startVerification({ userId: anna.userId });
    await together([anna, second], () => shown(anna)?.phase === "requested");
    await anna.crypto.actOnVerification({ id, act: "cancel" });
    await together([anna, second], () => shown(second)?.phase === "cancelled");
    expect(shown(second)?.reason).toBe("m.user");
    await expect(anna.crypto.actOnVerification({ id, act: "accept" })).rejects.toMatchObject({
      failure: { code: "M_NOT_FOUND" },
    });
  });

  test("of a person whose keys changed is told", async () => {
    const [anna, boris, room] = await pair();
    await boris.read(await anna.say(room, "раз"));
    await anna.read(await boris.say(room, "два"));
    await boris.crypto.setUp({ reset: true, password: PASSWORD });
    await together(
      [boris, anna],
      async () => (await anna.crypto.trust(boris.userId)) === "changed",
    );
    await anna.crypto.acceptIdentity(boris.userId);
    expect(await anna.crypto.trust(boris.userId)).toBe("known");
  });
});

async function invitations(device: Device): Promise<{ invited: string[] }> {
  const { rooms } = await device.json("GET", "/sync?timeout=0");
  const { invite = {} } = (rooms ?? {}) as { invite?: Record<string, unknown> };
  return { invited: Object.keys(invite) };
}

describe("history", () => {
  test("is shared with those who are invited, who know from whom they have it", async () => {
    const [anna, boris, room] = await pair();
    const vera = await person("vera");
    await vera.crypto.begin(PASSWORD);
    const id = await boris.say(room, "до приглашения");
    await anna.read(id);
    const cipher = await anna.cipher(room);
    if (!cipher) throw new Error("The room is not encrypted");
    await anna.crypto.shareHistory(room, [vera.userId], cipher);
    await anna.invite(room, vera.userId);
    await vera.sync();
    await vera.join(room);
    await vera.crypto.takeHistory(room, anna.userId);
    await vera.history(room);
    const seen = await vera.read(id);
    expect(seen.content.body).toBe("до приглашения");
    expect(seen.keyFrom).toBe(anna.userId);
  });

  test("goes into a file and out of it", async () => {
    const [anna, boris, room] = await pair();
    const id = await boris.say(room, "в файл");
    await anna.read(id);
    const file = await anna.crypto.exportKeys("пароль файла");
    expect(await file.text()).toMatch(/^-----BEGIN MEGOLM SESSION DATA-----\n/);
    const second = await another(anna);
    await second.history(room);
    await expect(second.crypto.importKeys(file, "не тот")).rejects.toMatchObject({
      failure: { code: "wrongPassphrase" },
    });
    const { imported } = await second.crypto.importKeys(file, "пароль файла");
    expect(imported).toBeGreaterThan(0);
    expect(await second.read(id)).toMatchObject({
      encryption: "warning",
      note: "notGuaranteed",
      content: { body: "в файл" },
    });
  });

  test("sent while no device was there is read through the one that slept", async () => {
    const [anna, boris, room] = await pair();
    const { recoveryKey } = await anna.crypto.setUp({});
    await anna.sync();
    await boris.sync();
    const first = await boris.say(room, "ещё здесь");
    await anna.read(first);
    anna.stop();
    await anna.json("POST", "/logout", {});
    await boris.sync();
    const missed = await boris.say(room, "никого нет");
    const second = await another(anna);
    await second.history(room);
    await second.crypto.recover(recoveryKey);
    const seen = await second.read(missed);
    expect(seen.content.body).toBe("никого нет");
    expect(seen.sessionId).not.toBe(second.events.get(first)?.sessionId);
  });
});
