/** The engine's side of the bridge: serves any number of tabs, each with its port. */

import type { Engine } from "../engine/engine";
import type { ListName, OnChannel, RowsPatch, ToEngine, ToTab, ValueName } from "./protocol";

/** The half of `MessagePort` and of a worker's scope that is used. */
export interface HostPort {
  postMessage(message: ToTab): void;
  onmessage: ((event: MessageEvent<ToEngine>) => void) | null;
}

const VALUE_NAMES = new Set<string>([
  "session",
  "connection",
  "encryption",
  "room",
  "typing",
  "person",
  "account",
  "draft",
  "totals",
] satisfies ValueName[]);

/** Serves a tab; what is given ends it. Messages that come before the engine is open wait for it. */
export function serve(opening: Promise<Engine>, port: HostPort): () => void {
  const stops = new Map<number, () => void>();
  const tab = {};
  let isOver = false;

  function hear(engine: Engine, message: ToEngine): void {
    if (isOver) return;
    switch (message.kind) {
      case "watch":
        stops.set(message.id, watch(engine, message));
        break;
      case "unwatch":
        stops.get(message.id)?.();
        stops.delete(message.id);
        break;
      case "command":
        void engine.command(message.name, message.args as never).then((answer) => {
          port.postMessage({ kind: "answer", id: message.id, answer });
        });
        break;
      case "visible": {
        const { visible, roomId } = message;
        engine.setVisible(tab, roomId === undefined ? { visible } : { visible, roomId });
        if (visible) engine.hurry();
        break;
      }
    }
  }

  function watch(engine: Engine, { id, name, ask }: ToEngine & { kind: "watch" }): () => void {
    if (VALUE_NAMES.has(name)) {
      let before: unknown = NOTHING;
      return engine.watchValue(name as ValueName, ask as never, (value) => {
        if (isSame(before, value)) return;
        before = value;
        port.postMessage({ kind: "value", id, value });
      });
    }
    const diff = makeDiff();
    return engine.watchList(name as ListName, ask as never, (head, rows) => {
      const patch = diff(head, rows);
      if (patch) port.postMessage({ kind: "rows", id, patch });
    });
  }

  // One after the other, in the order they were sent.
  let queue = opening.then((engine) => {
    stops.set(
      -1,
      engine.onNotice((notice) => port.postMessage({ kind: "notice", notice })),
    );
  });
  port.onmessage = ({ data }) => {
    queue = queue.then(async () => hear(await opening, data));
  };

  return () => {
    isOver = true;
    for (const stop of stops.values()) stop();
    stops.clear();
    void opening.then((engine) => engine.setVisible(tab, undefined));
  };
}

/**
 * Serves all tabs over one channel, where the worker belongs to one of them. A tab says which it is;
 * `here` tells all of them that an engine began, so that they ask anew.
 */
export function serveChannel(opening: Promise<Engine>, channel: BroadcastChannel): void {
  const ports = new Map<string, HostPort>();
  const stops = new Map<string, () => void>();
  channel.onmessage = ({ data }: MessageEvent<OnChannel>) => {
    if (data.kind !== "up") return;
    if (data.message === "gone") {
      stops.get(data.tab)?.();
      ports.delete(data.tab);
      return;
    }
    let port = ports.get(data.tab);
    if (!port) {
      const { tab } = data;
      port = {
        onmessage: null,
        postMessage: (message) =>
          channel.postMessage({ kind: "down", tab, message } satisfies OnChannel),
      };
      ports.set(tab, port);
      stops.set(tab, serve(opening, port));
    }
    port.onmessage?.(new MessageEvent("message", { data: data.message }));
  };
  channel.postMessage({ kind: "here" } satisfies OnChannel);
}

const NOTHING = Symbol("nothing was shown yet");

function isSame(before: unknown, now: unknown): boolean {
  if (before === now) return true;
  return before !== NOTHING && JSON.stringify(before) === JSON.stringify(now);
}

type Row = { id: string };

/** What must cross so that the tab has these rows; undefined where it has them. */
export function makeDiff(): (head: unknown, rows: readonly Row[]) => RowsPatch | undefined {
  let rowsBefore = new Map<string, Row>();
  let orderBefore: readonly string[] | undefined;
  let headBefore: string | undefined;
  return (head, rows) => {
    const put = rows.filter((row) => rowsBefore.get(row.id) !== row);
    const isMoved =
      orderBefore?.length !== rows.length || rows.some((row, at) => row.id !== orderBefore?.[at]);
    const headNow = JSON.stringify(head);
    const patch: RowsPatch = { put };
    if (isMoved) patch.order = rows.map((row) => row.id);
    if (headNow !== headBefore) patch.head = head;
    if (put.length === 0 && patch.order === undefined && patch.head === undefined) return undefined;
    if (put.length > 0 || isMoved) rowsBefore = new Map(rows.map((row) => [row.id, row]));
    if (patch.order) orderBefore = patch.order;
    headBefore = headNow;
    return patch;
  };
}
