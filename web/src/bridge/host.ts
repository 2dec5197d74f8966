/** The engine's side of the bridge: serves any number of tabs, each with its port. */

import type { Engine } from "../engine/engine";
import type { SessionView } from "../engine/records";
import type { ListName, OnChannel, RowsPatch, ToEngine, ToTab, ValueName } from "./protocol";

/** The half of `MessagePort` and of a worker's scope that is used. */
export interface HostPort {
  postMessage(message: ToTab): void;
  onmessage: ((event: MessageEvent<ToEngine>) => void) | null;
}

const VALUE_NAMES: Readonly<Record<ValueName, true>> = {
  session: true,
  connection: true,
  arrival: true,
  encryption: true,
  room: true,
  typing: true,
  person: true,
  account: true,
  states: true,
  draft: true,
  totals: true,
  institution: true,
  card: true,
  contacts: true,
  unitInvites: true,
  posts: true,
  reached: true,
};

export interface Host {
  /** The tab is gone. */
  stop(): void;
  /** Another engine takes over: the tab is told to begin anew. */
  end(): void;
}

/** Serves a tab. Messages that come before the engine is open wait for it. */
export function serve(opening: Promise<Engine>, port: HostPort): Host {
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
    if (name in VALUE_NAMES) {
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
  queue.catch(() => {});
  port.onmessage = ({ data }) => {
    queue = queue.then(
      async () => hear(await opening, data),
      (error) => refuse(port, data, error),
    );
  };

  function stop(): void {
    isOver = true;
    for (const each of stops.values()) each();
    stops.clear();
    opening.then((engine) => engine.setVisible(tab, undefined)).catch(() => {});
  }

  return {
    stop,
    end() {
      stop();
      port.postMessage({ kind: "over" });
    },
  };
}

/** The archive cannot be opened: the tab learns why, and nothing waits for ever. */
function refuse(port: HostPort, message: ToEngine, error: unknown): void {
  const failure = { code: "noArchive", message: String(error) };
  if (message.kind === "command")
    port.postMessage({ kind: "answer", id: message.id, answer: { ok: false, error: failure } });
  if (message.kind === "watch" && message.name === "session") {
    const value: SessionView = { phase: "signedOut", reason: failure };
    port.postMessage({ kind: "value", id: message.id, value });
  }
  throw error;
}

/**
 * Serves all tabs over one channel, where the worker belongs to one of them. A tab says which it is;
 * `here` tells all of them that an engine began, so that they ask anew.
 */
export function serveChannel(opening: Promise<Engine>, channel: BroadcastChannel): Host {
  const tabs = new Map<string, { port: HostPort; host: Host }>();

  function tabOf(tab: string): HostPort {
    const known = tabs.get(tab);
    if (known) return known.port;
    const port: HostPort = {
      onmessage: null,
      postMessage: (message) =>
        channel.postMessage({ kind: "down", tab, message } satisfies OnChannel),
    };
    tabs.set(tab, { port, host: serve(opening, port) });
    return port;
  }

  channel.onmessage = ({ data }: MessageEvent<OnChannel>) => {
    if (data.kind !== "up") return;
    const { message, tab } = data;
    if (message === "hello")
      return channel.postMessage({ kind: "welcome", tab } satisfies OnChannel);
    if (message !== "gone") {
      tabOf(tab).onmessage?.(new MessageEvent("message", { data: message }));
      return;
    }
    tabs.get(tab)?.host.stop();
    tabs.delete(tab);
  };
  channel.postMessage({ kind: "here" } satisfies OnChannel);

  return {
    stop() {
      for (const { host } of tabs.values()) host.stop();
      tabs.clear();
    },
    end() {
      for (const { host } of tabs.values()) host.end();
      tabs.clear();
    },
  };
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
