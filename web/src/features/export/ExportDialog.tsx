import { createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { Portal } from "solid-js/web";
import { FailureError } from "../../base/errors";
import { dayEdge, dayLabel, dayTime, fileSize } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { ItemRecord } from "../../engine/records";
import { Button, Switch, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { linkify, parseHtml } from "../../ui/richtext/parse";
import { RichText } from "../../ui/richtext/RichText";
import { whyFailed } from "../../ui/uiWords";
import { hasCaption, nameOf, saveFile, tellEvent } from "../timeline";
import {
  type Exported,
  exportChat,
  fetchHistory,
  itemsOf,
  type PageWords,
  type Progress,
} from "./run";
import { openSink, type Sink, sweep } from "./sink";
import "./view.css";
import { word } from "./words";

/** The most messages that are printed at once. */
const MOST_PRINTED = 3000;
/** So long after the end the file stays, for the browser to copy it. */
const KEPT_MS = 60_000;

interface Done extends Exported {
  file: Blob;
}

/** Saves a chat as an archive, or prints it. */
export default function ExportDialog(props: {
  room: { id: string; name: string };
  onClose: () => void;
}) {
  const client = useClient();
  const [from, setFrom] = createSignal("");
  const [until, setUntil] = createSignal("");
  const [files, setFiles] = createSignal(true);
  const [progress, setProgress] = createSignal<Progress>();
  const [done, setDone] = createSignal<Done>();
  const [failed, setFailed] = createSignal("");
  const [printed, setPrinted] = createSignal<readonly ItemRecord[]>();
  let stopping = new AbortController();
  let sink: Sink | undefined;

  const range = () => ({ from: dayEdge(from(), false), until: dayEdge(until(), true) });
  const words = (): PageWords => ({
    lang: language(),
    tell: tellEvent,
    time: (ts) => dayTime(language(), ts),
    edited: word("edited"),
    inThread: word("inThread"),
    reply: word("reply"),
    missing: word("missing"),
    page: (count) => word("page", { count }),
    earlier: word("earlier"),
    later: word("later"),
    note: word("saved", { time: dayTime(language(), Date.now()) }),
  });

  /** Runs what may be stopped; why it failed is shown. */
  const attempt = async (act: (signal: AbortSignal) => Promise<void>) => {
    stopping = new AbortController();
    setFailed("");
    setDone(undefined);
    setProgress({ step: "history", since: Date.now() });
    try {
      await act(stopping.signal);
    } catch (error) {
      const failure = error instanceof FailureError ? error.failure : undefined;
      if (failure?.code !== "cancelled")
        setFailed(word("failed", { why: failure ? whyFailed(failure) : String(error) }));
      await sink?.drop();
      sink = undefined;
    }
    setProgress(undefined);
  };

  const fileName = () =>
    `${props.room.name.replace(/[\\/:*?"<>|]/g, "_")} ${new Date().toISOString().slice(0, 10)}.zip`;
  const save = (file: Blob) => {
    const url = URL.createObjectURL(file);
    saveFile(url, fileName());
    setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
  };
  const begin = () =>
    attempt(async (signal) => {
      const opened = await openSink();
      sink = opened;
      const ask = { roomId: props.room.id, name: props.room.name, files: files(), ...range() };
      const told = await exportChat(client, ask, words(), opened.write, signal, setProgress);
      const file = await opened.end();
      setDone({ ...told, file });
      if (told.count > 0) save(file);
    });
  const print = () =>
    attempt(async (signal) => {
      const ask = { roomId: props.room.id, ...range() };
      await fetchHistory(client, ask, signal, setProgress);
      const items: ItemRecord[] = [];
      for await (const item of itemsOf(client, ask, Date.now(), signal)) {
        items.push(item);
        if (items.length > MOST_PRINTED) items.shift();
      }
      setPrinted(items);
      requestAnimationFrame(() => window.print());
    });

  onMount(() => {
    const left = () => setPrinted(undefined);
    window.addEventListener("afterprint", left);
    onCleanup(() => {
      window.removeEventListener("afterprint", left);
      stopping.abort();
      if (sink) setTimeout(sweep, KEPT_MS);
    });
  });

  const tellProgress = (now_: Progress) =>
    now_.step === "history"
      ? word("history", { date: dayLabel(language(), now_.since, now()) })
      : word("writing", { count: now_.count });

  return (
    <Dialog
      open
      size="s"
      title={word("title")}
      onClose={props.onClose}
      footer={
        <Show
          when={progress()}
          fallback={
            <>
              <Button look="quiet" onClick={print}>
                {word("print")}
              </Button>
              <Button look="primary" icon="download" onClick={begin}>
                {word(done() ? "again" : "save")}
              </Button>
            </>
          }
        >
          <Button onClick={() => stopping.abort()}>{word("stop")}</Button>
        </Show>
      }
    >
      <p>{word("what")}</p>
      <div class="export-range">
        <TextField label={word("from")} type="date" value={from()} onInput={setFrom} />
        <TextField label={word("until")} type="date" value={until()} onInput={setUntil} />
      </div>
      <Switch label={word("files")} checked={files()} onChange={setFiles} />
      <div class="export-told" role="status">
        <Show when={progress()}>
          {(shown) => (
            <p>
              <span class="spinner" /> {tellProgress(shown())}
            </p>
          )}
        </Show>
        <Show when={done()}>
          {(told) => (
            <>
              <p>
                {told().count > 0
                  ? word("done", {
                      count: told().count,
                      size: fileSize(language(), told().file.size),
                    })
                  : word("nothing")}
              </p>
              <Show when={told().lost > 0}>
                <p>{word("lost", { count: told().lost })}</p>
              </Show>
              <Show when={told().offline}>
                <p>{word("offline")}</p>
              </Show>
            </>
          )}
        </Show>
        <Show when={failed()}>
          <p class="field-error">{failed()}</p>
        </Show>
      </div>
      <Show when={printed()}>{(items) => <Paper name={props.room.name} items={items()} />}</Show>
    </Dialog>
  );
}

/** What the printer gets; nobody sees it on the screen. */
function Paper(props: { name: string; items: readonly ItemRecord[] }) {
  return (
    <Portal>
      <div class="paper">
        <h1>{props.name}</h1>
        <p>{word("saved", { time: dayTime(language(), Date.now()) })}</p>
        <Show when={props.items.length === MOST_PRINTED}>
          <p>{word("printMost", { count: MOST_PRINTED })}</p>
        </Show>
        <For each={props.items}>
          {(item) => (
            <article>
              <Show when={item.stateKey === undefined}>
                <strong>{item.senderName}</strong>
              </Show>{" "}
              <time>{dayTime(language(), item.ts)}</time>
              <Words item={item} />
            </article>
          )}
        </For>
      </div>
    </Portal>
  );
}

function Words(props: { item: ItemRecord }) {
  const item = () => props.item;
  const hasWords = () =>
    item().type === "m.room.message" && !item().redacted && typeof item().content.body === "string";
  const isFile = () => "url" in item().content || "file" in item().content;
  const nodes = () => {
    const { format, formatted_body: formatted, body } = item().content;
    return format === "org.matrix.custom.html" && typeof formatted === "string"
      ? parseHtml(formatted)
      : linkify(String(body ?? ""));
  };
  return (
    <>
      <Show when={isFile()}>
        <p>{word("filePlain", { name: nameOf(item()) })}</p>
      </Show>
      <Show when={!isFile() || hasCaption(item())}>
        <Show when={hasWords()} fallback={<p>{tellEvent(item())}</p>}>
          <div>
            <RichText nodes={nodes()} />
          </div>
        </Show>
      </Show>
    </>
  );
}
