import { afterAll, afterEach, beforeAll, test, vi } from "vitest";
import { type Server, serve } from "../../test/depesha";
import { chatOf, Person, text } from "../../test/person";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: Server;
let people: Person[] = [];

beforeAll(async () => {
  server = await serve();
});
afterEach(async () => {
  for (const person of people) await person.close();
  people = [];
});
afterAll(() => server.stop());

const add = async (made: Promise<Person>) => {
  const person = await made;
  people.push(person);
  return person;
};

/** A device whose library of cryptography is on its way until `come` is called. */
async function slow(of: Person): Promise<{ device: Person; come: () => void }> {
  let come = () => {};
  const wasm = new Promise<void>((resolve) => {
    come = resolve;
  });
  return { device: await add(Person.signIn(server, of.name, `${of.name}-slow`, wasm)), come };
}

test("a new device shows its chats before encryption is there, and reads once it is", async () => {
  const anna = await add(Person.register(server, "anna"));
  const boris = await add(Person.register(server, "boris"));
  const roomId = await chatOf(anna, boris, true);
  await anna.do("send.event", { roomId, ...text("Раньше") });
  await boris.says(roomId, "Раньше");

  const { device, come } = await slow(boris);
  await device.list(
    "chats",
    null,
    (rows, head) => head.complete && rows.some((row) => row.encrypted),
  );
  await device.value("arrival", null, (view) => view?.chats && !view.encryption && view.received);
  await device.list("timeline", { roomId }, (rows) =>
    rows.find((row) => row.encryptionNote === "loading"),
  );
  come();
  await device.value("arrival", null, (view) => view === null);
  await device.list(
    "timeline",
    { roomId },
    (rows) =>
      rows.some((row) => row.encryption === "undecryptable") &&
      rows.every((row) => row.encryptionNote !== "loading"),
  );
  // Others learn of the device by what it uploads then.
  await boris.list("devices", null, (rows) => rows.length === 2);
  await device.do("send.event", { roomId, ...text("С нового") });
  await anna.says(roomId, "С нового");
  await anna.do("send.event", { roomId, ...text("На новый") });
  await device.says(roomId, "На новый");
});

test("who leaves while encryption is on its way does not wait for it", async () => {
  const vera = await add(Person.register(server, "vera"));
  const { device } = await slow(vera);
  await device.value("arrival", null, (view) => view?.chats);
  await device.do("session.signOut", { wipe: true });
  await device.value("session", null, (view) => view.phase === "signedOut");
});
