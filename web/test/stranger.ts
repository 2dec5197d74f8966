/** Clients of others, each in a process of its own that is told what to do by lines of JSON. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PASSWORD, type Server } from "./depesha";

type Answer = Record<string, unknown>;
export type Stranger = ((verb: string, fields?: Answer) => Promise<Answer>) & { stop(): void };

const root = join(import.meta.dirname, "../..");
const python = join(root, ".venv/bin/python");
/** Where `tests/interop` installs its packages. */
const packages = join(root, "build/interop");

/** Without its packages a stranger is left out, but not under CI. */
const isCi = process.env.CI === "true";
export const hasNio = isCi || existsSync(python);
export const hasJsSdk = isCi || existsSync(join(packages, "node_modules/matrix-js-sdk"));

export async function nio(server: Server, userId: string): Promise<Stranger> {
  const store = await mkdtemp(join(tmpdir(), "depesha-nio-"));
  const program = join(import.meta.dirname, "strangers/nio_client.py");
  return enter(spawn(python, [program, server.url, userId, store]));
}

export async function jsSdk(server: Server, userId: string): Promise<Stranger> {
  const program = join(import.meta.dirname, "strangers/js_client.mjs");
  return enter(spawn(process.execPath, [program, packages, server.url, userId, PASSWORD]));
}

async function enter(child: ChildProcess): Promise<Stranger> {
  const waiting: ((line: string) => void)[] = [];
  let [said, rest] = ["", ""];
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-5000);
  });
  child.stdout?.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) waiting.shift()?.(line);
  });
  child.once("exit", () => {
    for (const answer of waiting.splice(0)) answer(JSON.stringify({ error: said }));
  });
  const tell = async (verb: string, fields: Answer = {}): Promise<Answer> => {
    const line = new Promise<string>((resolve) => waiting.push(resolve));
    child.stdin?.write(`${JSON.stringify({ verb, ...fields })}\n`);
    const answer = JSON.parse(await line) as Answer;
    if (answer.error !== undefined) throw new Error(String(answer.error));
    return answer;
  };
  return Object.assign(tell, { stop: () => void child.kill() });
}
