import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Server, serve } from "../../test/depesha";
import { chatOf, Person, text } from "../../test/person";
import type { MediaSource, VerificationView } from "./records";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let server: Server;
let people: Person[] = [];
let count = 0;

beforeAll(async () => {
  server = await serve();
});
afterEach(async () => {
  for (const person of people) await person.close();
  people = [];
});
afterAll(() => server.stop());

async function person(name: string): Promise<Person> {
  const made = await Person.register(server, `${name}${++count}`);
  people.push(made);
  await made.value("encryption", null, (view) => view.backup === "on");
  return made;
}

async function another(of: Person): Promise<Person> {
  const made = await Person.signIn(server, of.name, `${of.archive}-${++count}`);
  people.push(made);
  await made.list("chats", null, (rows) => rows.length > 0);
  return made;
}

const readable = (who: Person, roomId: string, body: string) =>
  who.list("timeline", { roomId }, (rows) =>
    rows.find((row) => row.content.body === body && row.encryption === "verified"),
  );

const locked = (who: Person, roomId: string) =>
  who.list("timeline", { roomId }, (rows) =>
    rows.find((row) => row.encryption === "undecryptable"),
  );

const talk = (who: Person, want: (view: VerificationView) => boolean) =>
  who.list("verifications", null, (rows) => rows.find(want));

test("a mark becomes plain once the sender's keys are known", async () => {
  const [anna, boris] = [await person("anna"), await person("boris")];
  const roomId = await chatOf(anna, boris, true);
  await anna.do("send.event", { roomId, ...text("Подписано") });
  await readable(boris, roomId, "Подписано");
  await boris.reload();
  await readable(boris, roomId, "Подписано");
});

test("a new device reads all once the recovery key is given", async () => {
  const [anna, boris] = [await person("anna"), await person("boris")];
  const roomId = await chatOf(anna, boris, true);
  await anna.do("send.event", { roomId, ...text("Раньше") });
  await readable(boris, roomId, "Раньше");
  const { recoveryKey } = await boris.do("crypto.setUp", {});
  await boris.value("encryption", null, (view) => view.recovery);
  const second = await another(boris);
  await second.value("encryption", null, (view) => view.crossSigning === "unverified");
  const item = await locked(second, roomId);
  expect(item.encryptionNote).toBe("beforeDevice");
  const wrong = await second.engine.command("crypto.recover", { keyOrPassphrase: "нет" });
  expect(wrong).toMatchObject({ ok: false, error: { code: "wrongKey" } });
  await second.do("crypto.recover", { keyOrPassphrase: recoveryKey });
  await second.list("timeline", { roomId }, (rows) =>
    rows.find((row) => row.content.body === "Раньше"),
  );
  await second.value("encryption", null, (view) => view.crossSigning === "verified");
  await boris.list(
    "devices",
    null,
    (rows) => rows.length === 2 && rows.every((row) => row.verified),
  );
});

test("a new device reads all once it was compared with the old one", async () => {
  const [anna, boris] = [await person("anna"), await person("boris")];
  const roomId = await chatOf(anna, boris, true);
  await anna.do("send.event", { roomId, ...text("Раньше") });
  await readable(boris, roomId, "Раньше");
  const second = await another(boris);
  await locked(second, roomId);
  await compare(second, boris, { userId: boris.id });
  await second.list("timeline", { roomId }, (rows) =>
    rows.find((row) => row.content.body === "Раньше"),
  );
});

test("people verify each other in their chat", async () => {
  const [anna, boris] = [await person("anna"), await person("boris")];
  const { roomId } = await anna.do("room.direct", { userId: boris.id });
  await boris.list("chats", null, (rows) => rows.find((row) => row.id === roomId));
  await boris.do("room.join", { roomIdOrAlias: roomId });
  await compare(anna, boris, { userId: boris.id });
  await anna.value("person", { userId: boris.id }, ({ trust }) => trust === "verified");
  await boris.value("person", { userId: anna.id }, ({ trust }) => trust === "verified");
});

test("who is invited reads what came before, and files too", async () => {
  const [anna, boris, vera] = [await person("anna"), await person("boris"), await person("vera")];
  const roomId = await chatOf(anna, boris, true);
  await boris.do("send.event", { roomId, ...text("До неё") });
  await readable(anna, roomId, "До неё");
  const blob = new Blob(["приложение ".repeat(1000)]);
  const files = [{ blob, name: "приложение.txt", mimetype: "text/plain", kind: "file" as const }];
  await anna.do("send.files", { roomId, files });
  await boris.says(roomId, "приложение.txt");
  await anna.do("room.invite", { roomId, userIds: [vera.id] });
  await vera.list("chats", null, (rows) => rows.find((row) => row.id === roomId));
  await vera.do("room.join", { roomIdOrAlias: roomId });
  await vera.says(roomId, "До неё");
  const { content } = await vera.says(roomId, "приложение.txt");
  const source = { file: content.file } as MediaSource;
  const loaded = await vera.do("media.load", { source, mimetype: "text/plain" });
  expect(await loaded.blob.text()).toBe(await blob.text());
});

async function compare(asking: Person, asked: Person, ask: { userId: string }): Promise<void> {
  const { id } = await asking.do("verification.start", ask);
  const { id: theirs } = await talk(asked, (view) => view.incoming && view.phase === "requested");
  await asked.do("verification.act", { id: theirs, act: "accept" });
  await talk(asking, (view) => view.id === id && view.phase === "ready");
  await asking.do("verification.act", { id, act: "emoji" });
  const [one, other] = await Promise.all([
    talk(asking, (view) => view.emoji !== undefined),
    talk(asked, (view) => view.emoji !== undefined),
  ]);
  expect(one.emoji).toEqual(other.emoji);
  await asking.do("verification.act", { id, act: "confirm" });
  await asked.do("verification.act", { id: theirs, act: "confirm" });
  await Promise.all([talk(asking, isDone), talk(asked, isDone)]);
}

const isDone = (view: VerificationView) => view.phase === "done";
