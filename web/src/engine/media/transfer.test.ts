import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { MediaNeeds } from "../ports";
import { download } from "./transfer";

let stop = () => {};
afterEach(() => stop());

/** What is needed to ask a server that answers so. */
async function serving(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<MediaNeeds> {
  const server = createServer(answer);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
  const { port } = server.address() as AddressInfo;
  const token = async () => "token";
  return { homeserver: `http://127.0.0.1:${port}`, token } as MediaNeeds;
}

const TEXT = "hello world";

/** Sends three letters of what is asked for, and breaks off. */
function sendThree({ headers }: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  const rest = TEXT.slice(from);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-type": "text/plain",
    "content-length": rest.length,
  });
  response.write(rest.slice(0, 3), () => rest.length > 3 && response.destroy());
  if (rest.length <= 3) response.end();
}

test("a download that breaks off goes on from there", async () => {
  const ranges: (string | undefined)[] = [];
  const needs = await serving((request, response) => {
    ranges.push(request.headers.range);
    sendThree(request, response);
  });
  const blob = await download(needs, "/file");
  expect([await blob.text(), blob.type]).toEqual([TEXT, "text/plain"]);
  expect(ranges).toEqual([undefined, "bytes=3-", "bytes=6-", "bytes=9-"]);
});

test("a server that knows no ranges is asked for all of it again", async () => {
  let asked = 0;
  const needs = await serving((_, response) => {
    response.writeHead(200, { "content-length": TEXT.length });
    if (++asked > 1) response.end(TEXT);
    else response.write(TEXT.slice(0, 3), () => response.destroy());
  });
  expect(await (await download(needs, "/file")).text()).toBe(TEXT);
});

test("where nothing more comes it is given up", async () => {
  let asked = 0;
  const needs = await serving((_, response) => {
    asked++;
    response.destroy();
  });
  await expect(download(needs, "/file")).rejects.toMatchObject({ failure: { code: "offline" } });
  expect(asked).toBe(1);
});
