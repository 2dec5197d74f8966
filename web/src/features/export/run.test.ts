import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Server, serve } from "../../../test/depesha";
import { chatOf, Person, text } from "../../../test/person";
import type { Client } from "../../bridge/client";
import { type Exported, exportChat, type PageWords, type Progress } from "./run";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const words: PageWords = {
  lang: "en",
  tell: (item) => item.type,
  time: String,
  edited: "edited",
  inThread: "in a thread",
  reply: "in reply to",
  missing: "not loaded",
  page: (count) => `page ${count}`,
  earlier: "Earlier",
  later: "Later",
  note: "",
};

let server: Server;
const people: Person[] = [];

beforeAll(async () => {
  server = await serve();
});
afterEach(async () => {
  for (const each of people.splice(0)) await each.close();
});
afterAll(() => server.stop());

async function chat(name: string): Promise<[Person, Person, string]> {
  const [anna, boris] = [
    await Person.register(server, `anna-${name}`),
    await Person.register(server, `boris-${name}`),
  ];
  people.push(anna, boris);
  return [anna, boris, await chatOf(anna, boris, false)];
}

const clientOf = (who: Person) =>
  ({ command: (name: never, args: never) => who.engine.command(name, args) }) as unknown as Client;

const READ = `
import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))
`;

function read(parts: readonly Uint8Array[]): Record<string, string> {
  const file = join(mkdtempSync(join(tmpdir(), "export-")), "a.zip");
  writeFileSync(file, Buffer.concat(parts));
  return JSON.parse(execFileSync("python3", ["-c", READ, file], { encoding: "utf8" }));
}

async function exported(
  who: Person,
  roomId: string,
  ask: { from?: number; show?: (progress: Progress) => void; signal?: AbortSignal } = {},
): Promise<[Exported, Record<string, string>]> {
  const parts: Uint8Array[] = [];
  const told = await exportChat(
    clientOf(who),
    { roomId, name: "Chat", from: ask.from, until: undefined, files: true },
    words,
    async (bytes) => void parts.push(bytes),
    ask.signal ?? new AbortController().signal,
    ask.show ?? (() => {}),
  );
  return [told, read(parts)];
}

const bodies = (json: string | undefined) =>
  (JSON.parse(json ?? "") as { messages: { type: string; content: { body?: string } }[] }).messages
    .filter((each) => each.type === "m.room.message")
    .map((each) => each.content.body);

test("all of a chat is written in order, also what this device had not fetched", async () => {
  const [anna, boris, roomId] = await chat("order");
  const said = Array.from({ length: 130 }, (_, n) => `message ${n}`);
  for (const each of said) await anna.do("send.event", { roomId, ...text(each) });
  const first = await boris.says(roomId, "message 129");
  await boris.do("send.event", { roomId, threadId: first.eventId ?? "", ...text("in a thread") });
  const fresh = await Person.signIn(server, boris.name, "fresh-device");
  people.push(fresh);
  await fresh.says(roomId, "message 129");
  await fresh.list("threads", { roomId }, (rows) => rows.find((row) => row.thread?.count === 1));
  const [told, files] = await exported(fresh, roomId);
  expect(told).toMatchObject({ lost: 0, offline: false });
  expect(bodies(files["messages.json"])).toEqual([...said, "in a thread"]);
  expect(files["index.html"]).toContain("message 0<");
  expect(files["index.html"]).toContain("message 129<");
  fresh.net = "down";
  expect((await exported(fresh, roomId))[0]).toMatchObject({ count: told.count });
});

test("who stops it gets nothing, and who is offline what is on the device", async () => {
  const [anna, boris, roomId] = await chat("stop");
  for (let n = 0; n < 60; n++) await anna.do("send.event", { roomId, ...text(`message ${n}`) });
  await boris.says(roomId, "message 59");
  const stopping = new AbortController();
  const show = () => stopping.abort();
  await expect(exported(boris, roomId, { show, signal: stopping.signal })).rejects.toMatchObject({
    failure: { code: "cancelled" },
  });
  const fresh = await Person.signIn(server, boris.name, "offline-device");
  people.push(fresh);
  await fresh.list("chats", null, (rows) => rows.find((row) => row.last?.body === "message 59"));
  fresh.net = "down";
  const [told, files] = await exported(fresh, roomId);
  expect(told.offline).toBe(true);
  expect(bodies(files["messages.json"]).at(-1)).toBe("message 59");
});
