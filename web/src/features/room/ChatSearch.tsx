import { createEffect, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { dayEdge, listTime } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { HitRecord, SearchAsk } from "../../engine/records";
import { Button, Empty, IconButton, Segments, TextField } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { Marked } from "../../ui/Marked";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace } from "../../ui/router";
import "./view.css";
import { word } from "./words";

type Kind = "any" | NonNullable<SearchAsk["kind"]>;

/** Searches one chat by words, days and kind; a hit opens in its place. */
export function ChatSearch(props: { roomId: string; onClose: () => void }) {
  const client = useClient();
  const [text, setText] = createSignal("");
  const [kind, setKind] = createSignal<Kind>("any");
  const [from, setFrom] = createSignal("");
  const [until, setUntil] = createSignal("");
  const [hits, setHits] = createSignal<readonly HitRecord[]>();
  const [more, setMore] = createSignal(false);
  let field!: HTMLInputElement;
  onMount(() => field.focus());

  const asked = (): SearchAsk | undefined => {
    const start = dayEdge(from(), false);
    const end = dayEdge(until(), true);
    const chosen = kind();
    if (!text().trim() && chosen === "any") return undefined;
    return {
      text: text().trim(),
      roomId: props.roomId,
      ...(start === undefined ? {} : { from: start }),
      ...(end === undefined ? {} : { until: end }),
      ...(chosen === "any" ? {} : { kind: chosen }),
    };
  };
  const search = async (ask: SearchAsk, before?: string) =>
    client.command("search.messages", { ask, limit: 30, ...(before ? { before } : {}) });
  createEffect(() => {
    const ask = asked();
    let gone = false;
    if (!ask) {
      setHits(undefined);
      return;
    }
    const timer = setTimeout(async () => {
      const answer = await search(ask);
      if (gone) return;
      setHits(answer.ok ? answer.value.hits : []);
      setMore(answer.ok && answer.value.more);
    }, 200);
    onCleanup(() => {
      gone = true;
      clearTimeout(timer);
    });
  });
  const next = async () => {
    const ask = asked();
    const answer = ask && (await search(ask, hits()?.at(-1)?.id));
    if (!answer?.ok) return;
    setHits([...(hits() ?? []), ...answer.value.hits]);
    setMore(answer.value.more);
  };

  return (
    <div class="panel">
      <header class="side-head">
        <h2>{word("searchTitle")}</h2>
        <IconButton icon="close" label={word("close")} onClick={props.onClose} />
      </header>
      <div class="panel-body search-panel">
        <div class="search-field">
          <Icon name="search" class="icon-s" />
          <input
            ref={field}
            type="search"
            value={text()}
            placeholder={word("searchHint")}
            aria-label={word("searchHint")}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <Segments<Kind>
          label={word("searchKind")}
          value={kind()}
          options={[
            { value: "any", label: word("kindAny") },
            { value: "image", label: word("kindImage") },
            { value: "file", label: word("kindFile") },
            { value: "link", label: word("kindLink") },
          ]}
          onChange={setKind}
        />
        <div class="search-days">
          <TextField label={word("searchFrom")} type="date" value={from()} onInput={setFrom} />
          <TextField label={word("searchUntil")} type="date" value={until()} onInput={setUntil} />
        </div>
        <Show when={hits()} fallback={<p class="field-note">{word("searchStart")}</p>}>
          {(found) => (
            <Show
              when={found().length > 0}
              fallback={<Empty icon="search" title={word("notFound")} />}
            >
              <p class="field-note" role="status">
                {word(more() ? "foundMore" : "found", { count: found().length })}
              </p>
              <For each={found()}>
                {(hit) => (
                  <a class="hit" href={chatPlace(hit.roomId, hit.id, { side: "search" })}>
                    <span class="chat-line-top">
                      <strong class="ellipsis">{hit.senderName}</strong>
                      <time>{listTime(language(), hit.ts, now())}</time>
                    </span>
                    <span class="hit-text">
                      <Marked snippet={hit.snippet} marks={hit.marks} />
                    </span>
                  </a>
                )}
              </For>
              <Show when={more()}>
                <Button wide onClick={next}>
                  {word("moreHits")}
                </Button>
              </Show>
            </Show>
          )}
        </Show>
      </div>
    </div>
  );
}
