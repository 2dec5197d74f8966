/** Writes a chat into a zip archive, page by page: what was written is not held in memory. */

import { type Failure, FailureError, type Result } from "../../base/errors";
import { makeZip, type Zip } from "../../base/zip";
import type { Client } from "../../bridge/client";
import type { ItemRecord } from "../../engine/records";
import { fileOf, isShown, nameOf } from "../timeline";
import { itemHtml, itemJson, pageEdges, safeName, type Words } from "./write";

export interface ExportAsk {
  roomId: string;
  name: string;
  from: number | undefined;
  until: number | undefined;
  files: boolean;
}

export type Progress = { step: "history"; since: number } | { step: "writing"; count: number };

export interface Exported {
  count: number;
  lost: number;
  /** The server could not be reached for the rest of the history. */
  offline: boolean;
}

export interface PageWords extends Words {
  page: (count: number) => string;
  earlier: string;
  later: string;
  note: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** So many messages are one page to read. */
const PAGE = 500;

async function gotten<T>(answer: Promise<Result<T>>, signal: AbortSignal): Promise<T> {
  const result = await answer;
  if (signal.aborted) throw new FailureError({ code: "cancelled", message: "" });
  if (result.ok) return result.value;
  throw new FailureError(result.error);
}

const isUnreachable = ({ code }: Failure) => code === "offline" || code === "timeout";

/** Fetches history until `from`; false where the server could not be asked to the end. */
export async function fetchHistory(
  client: Client,
  ask: Pick<ExportAsk, "roomId" | "from">,
  signal: AbortSignal,
  show: (progress: Progress) => void,
): Promise<boolean> {
  for (;;) {
    try {
      const fetched = client.command("export.fetch", { roomId: ask.roomId });
      const { since, complete } = await gotten(fetched, signal);
      show({ step: "history", since });
      if (complete || (ask.from !== undefined && since < ask.from)) return true;
    } catch (error) {
      if (error instanceof FailureError && isUnreachable(error.failure)) return false;
      throw error;
    }
  }
}

/** The messages of a chat, oldest first, a page at a time; not those that come meanwhile. */
export async function* itemsOf(
  client: Client,
  ask: Pick<ExportAsk, "roomId" | "from" | "until">,
  begun: number,
  signal: AbortSignal,
): AsyncGenerator<ItemRecord> {
  const until = Math.min(ask.until ?? begun, begun);
  let after: number | null = null;
  do {
    const page: { items: readonly ItemRecord[]; next: number | null } = await gotten(
      client.command("export.page", { roomId: ask.roomId, after }),
      signal,
    );
    for (const item of page.items)
      if (isShown(item) && item.ts >= (ask.from ?? 0) && item.ts <= until) yield item;
    after = page.next;
  } while (after !== null);
}

const encoder = new TextEncoder();

async function* texts(...parts: readonly string[]): AsyncGenerator<Bytes> {
  for (const part of parts) yield encoder.encode(part);
}

async function* bytesOf(blob: Blob): AsyncGenerator<Bytes> {
  const reader = blob.stream().getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Writes the whole archive through `write`. Throws `cancelled` once `signal` is aborted. */
export async function exportChat(
  client: Client,
  ask: ExportAsk,
  words: PageWords,
  write: (bytes: Bytes) => Promise<void>,
  signal: AbortSignal,
  show: (progress: Progress) => void,
): Promise<Exported> {
  const begun = Date.now();
  const zip = makeZip(write, new Date(begun));
  const offline = !(await fetchHistory(client, ask, signal, show));
  const paths = new Map<string, string | null>();
  const pathOf = (item: ItemRecord) => paths.get(item.id);
  let count = 0;
  let page: string[] = [];
  let number = 1;
  const nameOfPage = (at: number) => (at === 1 ? "index.html" : `page-${at}.html`);
  const endPage = async (isLast: boolean) => {
    const [top, bottom] = pageEdges({
      lang: words.lang,
      title: number === 1 ? ask.name : `${ask.name} · ${words.page(number)}`,
      note: words.note,
      ...(number > 1 && { earlier: { href: nameOfPage(number - 1), label: words.earlier } }),
      ...(!isLast && { later: { href: nameOfPage(number + 1), label: words.later } }),
    });
    await zip.add(nameOfPage(number), texts(top, ...page, bottom));
    page = [];
    number++;
  };

  for await (const item of itemsOf(client, ask, begun, signal)) {
    if (page.length === PAGE) await endPage(false);
    if (ask.files) await addFile(client, zip, item, paths, signal);
    page.push(itemHtml(item, words, pathOf));
    count++;
    if (count % 20 === 0) show({ step: "writing", count });
  }
  await endPage(true);
  await zip.add("messages.json", jsonOf(client, ask, begun, signal, pathOf));
  await zip.end();
  return { count, lost: [...paths.values()].filter((path) => path === null).length, offline };
}

async function addFile(
  client: Client,
  zip: Zip,
  item: ItemRecord,
  paths: Map<string, string | null>,
  signal: AbortSignal,
): Promise<void> {
  const source = item.redacted ? undefined : fileOf(item);
  if (!source) return;
  const answer = await client.command("media.load", source);
  if (signal.aborted) throw new FailureError({ code: "cancelled", message: "" });
  const path = answer.ok ? `files/${safeName(nameOf(item), paths.size + 1)}` : null;
  if (answer.ok && path !== null) await zip.add(path, bytesOf(answer.value.blob));
  paths.set(item.id, path);
}

async function* jsonOf(
  client: Client,
  ask: ExportAsk,
  begun: number,
  signal: AbortSignal,
  pathOf: (item: ItemRecord) => string | null | undefined,
): AsyncGenerator<Bytes> {
  const head = { room_id: ask.roomId, name: ask.name, saved: new Date(begun).toISOString() };
  yield encoder.encode(`${JSON.stringify(head).slice(0, -1)},"messages":[\n`);
  let first = true;
  for await (const item of itemsOf(client, ask, begun, signal)) {
    yield encoder.encode(`${first ? "" : ",\n"}${itemJson(item, pathOf)}`);
    first = false;
  }
  yield encoder.encode("\n]}\n");
}
