import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { makeFolder, serveEarlier } from "../../test/depesha";
import { chatOf, Person, text } from "../../test/person";

// Three servers start, one after the other.
vi.setConfig({ testTimeout: 300_000 });

const run = promisify(execFile);
const depesha = join(import.meta.dirname, "../../../.venv/bin/depesha");
const OLD = "Ветхий договор";
const NEW = "Новый приказ";

test("the archive shrinks like the server's", async () => {
  const data = await makeFolder();
  let server = await serveEarlier({ days: 5, data, listen: "127.0.0.1:0" });
  const listen = new URL(server.url).host;
  const anna = await Person.register(server, "anna");
  const boris = await Person.register(server, "boris");
  const say = async (roomId: string, body: string) => {
    await anna.do("send.event", { roomId, ...text(body) });
    await anna.list("timeline", { roomId }, (rows) =>
      rows.find((row) => row.content.body === body && row.state === "sent"),
    );
  };
  const restart = async (days: number) => {
    await server.stop();
    server = await serveEarlier({ days, data, listen });
    anna.engine.hurry();
  };
  const found = async (word: string) => {
    const { hits } = await boris.do("search.messages", { ask: { text: word }, limit: 10 });
    return hits.length;
  };
  try {
    // In two of the chats something new is said later, two stay as they are.
    const busy = [await chatOf(anna, boris), await chatOf(anna, boris, true)];
    const quiet = [await chatOf(anna, boris), await chatOf(anna, boris, true)];
    for (const roomId of [...busy, ...quiet]) {
      await say(roomId, OLD);
      await boris.says(roomId, OLD);
    }
    expect(await found("договор")).toBe(4);
    boris.net = "down";

    await restart(2);
    for (const roomId of busy) await say(roomId, NEW);
    const where = ["--data", data, "--server-name", "web.test"];
    await run(depesha, ["retention", "set", "--messages-days", "3", ...where]);
    await restart(1);
    // The server erases by itself, a moment after its start.
    for (const roomId of [...busy, ...quiet]) {
      const path = `/_depesha/v1/rooms/${encodeURIComponent(roomId)}/keeping`;
      const look = async () => {
        const { body } = await anna.do("own.call", { method: "GET", path });
        expect(body).toHaveProperty("erased_before_ts");
      };
      await vi.waitFor(look, { timeout: 60_000, interval: 200 });
    }

    // Without a network the archive is as it was.
    for (const roomId of [...busy, ...quiet]) await boris.says(roomId, OLD);
    boris.net = "up";
    boris.engine.hurry();
    for (const roomId of busy) await boris.says(roomId, NEW);
    for (const roomId of [...busy, ...quiet])
      await boris.list("timeline", { roomId }, (rows, head) => {
        const isWhole = head.atStart && !head.loading.back;
        return isWhole && !rows.some((row) => row.content.body === OLD);
      });
    await boris.list("chats", null, (rows) => {
      const left = rows.filter((row) => quiet.includes(row.id));
      return left.length === quiet.length && left.every((row) => row.last?.body !== OLD);
    });
    expect(await found("договор")).toBe(0);
    expect(await found("приказ")).toBe(2);

    // Also at rest: nothing comes back without a network.
    await boris.reload();
    boris.net = "down";
    for (const roomId of busy) await boris.says(roomId, NEW);
    for (const roomId of [...busy, ...quiet]) {
      const rows = await boris.list("timeline", { roomId }, (all) => all.length > 0 && all);
      expect(rows.map((row) => row.content.body)).not.toContain(OLD);
    }
    expect(await found("договор")).toBe(0);
  } finally {
    for (const person of [anna, boris]) await person.close();
    await server.stop();
    await rm(data, { recursive: true, force: true });
  }
});
