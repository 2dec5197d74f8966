/** The tab's side of the bridge: queries become signals, commands become promises. */

import {
  type Accessor,
  batch,
  createContext,
  createEffect,
  createSignal,
  onCleanup,
  useContext,
} from "solid-js";
import { createStore, reconcile, unwrap } from "solid-js/store";
import { unshared } from "../base/unshared";
import type {
  Answer,
  Args,
  CommandName,
  ListName,
  Lists,
  Notice,
  RowsPatch,
  ToEngine,
  ToTab,
  ValueName,
  Values,
} from "./protocol";

/** One tab's connection to the engine. */
export interface Client {
  watchValue<N extends ValueName>(
    name: N,
    ask: Values[N]["ask"],
    show: (value: Values[N]["value"]) => void,
  ): () => void;
  watchList<N extends ListName>(
    name: N,
    ask: Lists[N]["ask"],
    show: (patch: RowsPatch) => void,
  ): () => void;
  /** Runs a command; the answer never rejects. */
  command<N extends CommandName>(name: N, args: Args<N>): Promise<Answer<N>>;
  setVisible(visible: boolean, roomId?: string): void;
  onNotice(show: (notice: Notice) => void): () => void;
}

/** The half of `MessagePort` and `Worker` that is used. */
export interface Port {
  postMessage(message: ToEngine): void;
  onmessage: ((event: MessageEvent<ToTab>) => void) | null;
  /** Called when another engine took over: it knows of nothing that was asked before. */
  onrestart?: (() => void) | null;
  /** Called when the engine ended for good. */
  onover?: (() => void) | null;
}

/** A question to the engine, with its last answer, and all who want to know. */
interface Watch {
  ask: Extract<ToEngine, { kind: "watch" }>;
  shows: Set<(message: ToTab) => void>;
  value?: ToTab;
  head?: unknown;
  order?: readonly string[];
  rows: Map<string, { id: string }>;
}

/** Keeps and passes on an answer. A store takes rows over as they are: each has its own. */
function receive(watch: Watch, message: ToTab): void {
  if (message.kind === "rows") {
    const { head, order, put } = message.patch;
    for (const row of put) watch.rows.set(row.id, row);
    if (head !== undefined) watch.head = head;
    if (order) {
      watch.order = order;
      const kept = new Set(order);
      for (const id of watch.rows.keys()) if (!kept.has(id)) watch.rows.delete(id);
    }
  } else watch.value = message;
  const [first, ...others] = watch.shows;
  for (const show of others) show(message.kind === "rows" ? structuredClone(message) : message);
  first?.(message);
}

function repeat({ ask, value, head, order, rows }: Watch, show: (message: ToTab) => void): void {
  if (value) show(value);
  if (!order) return;
  const patch = { head, order, put: structuredClone([...rows.values()]) };
  show({ kind: "rows", id: ask.id, patch });
}

/** A client that speaks over `port`. */
export function connect(port: Port): Client {
  let last = 0;
  const watches = new Map<number, Watch>();
  const byQuestion = new Map<string, Watch>();
  const answers = new Map<number, (answer: unknown) => void>();
  const notices = new Set<(notice: Notice) => void>();
  let shown: ToEngine | undefined;

  port.onmessage = ({ data }) => {
    if (data.kind === "notice") for (const show of notices) show(data.notice);
    else if (data.kind === "answer") {
      answers.get(data.id)?.(data.answer);
      answers.delete(data.id);
    } else if (data.kind === "over") port.onover?.();
    else {
      const watch = watches.get(data.id);
      if (watch) receive(watch, data);
    }
  };
  port.onrestart = () => {
    const failure = { code: "cancelled", message: "The engine began anew" };
    for (const answer of answers.values()) answer({ ok: false, error: failure });
    answers.clear();
    for (const { ask } of watches.values()) port.postMessage(ask);
    if (shown) port.postMessage(shown);
  };

  /** The same question is asked once; who asks it again has the last answer at once. */
  function watch(name: ValueName | ListName, ask: unknown, show: (message: ToTab) => void) {
    const question = `${name} ${JSON.stringify(ask)}`;
    let watch = byQuestion.get(question);
    if (watch) repeat(watch, show);
    else {
      const id = ++last;
      watch = { ask: { kind: "watch", id, name, ask }, shows: new Set(), rows: new Map() };
      watches.set(id, watch);
      byQuestion.set(question, watch);
      port.postMessage(watch.ask);
    }
    const { ask: asked, shows } = watch;
    // Each asking is a thing of its own, though two may be shown by the same function.
    const mine = (message: ToTab) => show(message);
    shows.add(mine);
    return () => {
      if (!shows.delete(mine) || shows.size > 0) return;
      watches.delete(asked.id);
      byQuestion.delete(question);
      port.postMessage({ kind: "unwatch", id: asked.id });
    };
  }

  return {
    watchValue: (name, ask, show) =>
      watch(name, ask, (message) => {
        if (message.kind === "value") show(message.value as never);
      }),
    watchList: (name, ask, show) =>
      watch(name, ask, (message) => {
        if (message.kind === "rows") show(message.patch);
      }),
    command: (name, args) =>
      new Promise((resolve) => {
        const id = ++last;
        answers.set(id, resolve as (answer: unknown) => void);
        // Parts of rows, such as the content that is sent on, are proxies, which cannot be posted.
        port.postMessage({ kind: "command", id, name, args: unwrap(args) });
      }),
    setVisible(visible, roomId) {
      shown = { kind: "visible", visible, ...(roomId !== undefined && { roomId }) };
      port.postMessage(shown);
    },
    onNotice: (show) => {
      notices.add(show);
      return () => notices.delete(show);
    },
  };
}

export const ClientContext = createContext<Client>();

/** The client of the surrounding application. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("No engine above this component");
  return client;
}

/** The live value of a query; undefined until the first answer, and while `ask` gives undefined. */
export function useValue<N extends ValueName>(
  name: N,
  ask: Accessor<Values[N]["ask"] | undefined>,
): Accessor<Values[N]["value"] | undefined> {
  const client = useClient();
  const [value, setValue] = createSignal<Values[N]["value"] | undefined>(undefined, {
    equals: false,
  });
  createEffect(() => {
    const asked = ask();
    setValue(undefined);
    if (asked === undefined) return;
    onCleanup(client.watchValue(name, asked, (next) => setValue(() => next)));
  });
  return value;
}

/** A live list: the ids in order, and a row by id whose fields are tracked one by one. */
export interface Rows<N extends ListName> {
  head: Accessor<Lists[N]["head"] | undefined>;
  order: Accessor<readonly string[]>;
  row: (id: string) => Lists[N]["row"] | undefined;
}

/** The live rows of a list; empty until the first answer, and while `ask` gives undefined. */
export function useList<N extends ListName>(
  name: N,
  ask: Accessor<Lists[N]["ask"] | undefined>,
): Rows<N> {
  type Row = Lists[N]["row"];
  const client = useClient();
  const [head, setHead] = createSignal<Lists[N]["head"] | undefined>(undefined, { equals: false });
  const [order, setOrder] = createSignal<readonly string[]>([]);
  const [rows, setRows] = createStore<Record<string, Row>>({});

  function take({ put, order, head }: RowsPatch): void {
    for (const row of put) setRows(row.id, reconcile(unshared(row as Row)));
    if (order) {
      setOrder(order);
      const kept = new Set(order);
      for (const id of Object.keys(rows)) if (!kept.has(id)) setRows(id, undefined as never);
    }
    if (head !== undefined) setHead(() => head as Lists[N]["head"]);
  }
  createEffect(() => {
    const asked = ask();
    setHead(undefined);
    setOrder([]);
    setRows(reconcile({}));
    if (asked === undefined) return;
    // Head, order and rows belong together: whoever looks between them sees what never was.
    onCleanup(client.watchList(name, asked, (patch) => batch(() => take(patch))));
  });
  return { head, order, row: (id) => rows[id] };
}
