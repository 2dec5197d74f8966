import { createEffect, createSignal, For, onCleanup, Show } from "solid-js";
import { dayEdge, listTime } from "../../base/format";
import { useClient } from "../../bridge/client";
import type { ChatRecord, HitRecord, PersonRecord, SearchAsk } from "../../engine/records";
import { Button, Empty, Segments, TextField } from "../../ui/controls";
import { Marked } from "../../ui/Marked";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace, go } from "../../ui/router";
import { orTell } from "../../ui/toasts";
import { Face } from "../people";
import { ChatLine, chatName } from "./ChatLine";
import { searchChats } from "./data";
import { word } from "./words";

type Kind = "any" | NonNullable<SearchAsk["kind"]>;

/** Chats, people and messages that answer what is typed. */
export default function SearchResults(props: {
  chats: readonly ChatRecord[];
  query: string;
  onOpen: () => void;
}) {
  const client = useClient();
  const [people, setPeople] = createSignal<readonly PersonRecord[]>([]);
  const [hits, setHits] = createSignal<readonly HitRecord[]>([]);
  const [more, setMore] = createSignal(false);
  const [busy, setBusy] = createSignal(true);
  const [kind, setKind] = createSignal<Kind>("any");
  const [room, setRoom] = createSignal("");
  const [from, setFrom] = createSignal("");
  const [until, setUntil] = createSignal("");
  const narrowed = () => kind() !== "any" || room() !== "" || from() !== "" || until() !== "";
  const chats = () => (narrowed() ? [] : searchChats(props.chats, props.query).slice(0, 8));
  const strangers = () => {
    const known = new Set(props.chats.flatMap((chat) => chat.peer ?? []));
    return (narrowed() ? [] : people()).filter((person) => !known.has(person.id)).slice(0, 6);
  };
  const ask = (): SearchAsk => {
    const chosen = kind();
    const start = dayEdge(from(), false);
    const end = dayEdge(until(), true);
    return {
      text: props.query.trim(),
      ...(chosen === "any" ? {} : { kind: chosen }),
      ...(room() ? { roomId: room() } : {}),
      ...(start === undefined ? {} : { from: start }),
      ...(end === undefined ? {} : { until: end }),
    };
  };
  const search = (before?: string) =>
    client.command("search.messages", {
      ask: ask(),
      limit: 20,
      ...(before ? { before } : {}),
    });

  createEffect(() => {
    const { text } = ask();
    let gone = false;
    setBusy(true);
    const timer = setTimeout(async () => {
      const [found, messages] = await Promise.all([
        client.command("people.search", { text, limit: 10 }),
        search(),
      ]);
      if (gone) return;
      setBusy(false);
      setPeople(found.ok ? found.value.people : []);
      setHits(messages.ok ? messages.value.hits : []);
      setMore(messages.ok && messages.value.more);
    }, 180);
    onCleanup(() => {
      gone = true;
      clearTimeout(timer);
    });
  });
  const moreHits = async () => {
    const answer = await orTell(search(hits().at(-1)?.id));
    if (!answer) return;
    setHits([...hits(), ...answer.hits]);
    setMore(answer.more);
  };
  const write = async (person: PersonRecord) => {
    const made = await orTell(client.command("room.direct", { userId: person.id }));
    if (!made) return;
    props.onOpen();
    go(chatPlace(made.roomId));
  };
  const nothing = () => !busy() && chats().length + strangers().length + hits().length === 0;

  return (
    <div class="results">
      <div class="results-filters">
        <Segments<Kind>
          label={word("kinds")}
          value={kind()}
          options={[
            { value: "any", label: word("kindAny") },
            { value: "image", label: word("kindImage") },
            { value: "file", label: word("kindFile") },
            { value: "link", label: word("kindLink") },
          ]}
          onChange={setKind}
        />
        <details>
          <summary>{word("narrow")}</summary>
          <div class="field">
            <label for="search-in">{word("inChat")}</label>
            <select
              id="search-in"
              class="input"
              value={room()}
              onChange={(event) => setRoom(event.currentTarget.value)}
            >
              <option value="">{word("anyChat")}</option>
              <For each={props.chats.filter((chat) => chat.kind !== "space")}>
                {(chat) => <option value={chat.id}>{chatName(chat)}</option>}
              </For>
            </select>
          </div>
          <TextField label={word("from")} type="date" value={from()} onInput={setFrom} />
          <TextField label={word("until")} type="date" value={until()} onInput={setUntil} />
        </details>
      </div>
      <Show when={chats().length > 0}>
        <h2>{word("chatsFound")}</h2>
        <For each={chats()}>
          {(chat) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the link inside is what is pressed
            // biome-ignore lint/a11y/useKeyWithClickEvents: a link's Enter comes as a click
            <div onClick={props.onOpen}>
              <ChatLine chat={chat} open={false} />
            </div>
          )}
        </For>
      </Show>
      <Show when={strangers().length > 0}>
        <h2>{word("people")}</h2>
        <For each={strangers()}>
          {(person) => (
            <button type="button" class="row" onClick={() => write(person)}>
              <Face
                id={person.id}
                name={person.name}
                avatar={person.avatar}
                presence={person.presence}
              />
              <span class="row-text">
                <span class="ellipsis">{person.name}</span>
                <small class="ellipsis">{person.status || person.id}</small>
              </span>
            </button>
          )}
        </For>
      </Show>
      <Show when={hits().length > 0}>
        <h2>{word("messages")}</h2>
        <For each={hits()}>
          {(hit) => (
            <a class="hit" href={chatPlace(hit.roomId, hit.id)}>
              <span class="chat-line-top">
                <strong class="ellipsis">{hit.roomName}</strong>
                <time>{listTime(language(), hit.ts, now())}</time>
              </span>
              <span class="hit-text">
                {hit.senderName}: <Marked snippet={hit.snippet} marks={hit.marks} />
              </span>
            </a>
          )}
        </For>
        <Show when={more()}>
          <Button wide onClick={moreHits}>
            {word("moreMessages")}
          </Button>
        </Show>
      </Show>
      <Show when={nothing()}>
        <Empty icon="search" title={word("notFound")} text={word("notFoundText")} />
      </Show>
    </div>
  );
}
