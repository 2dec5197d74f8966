import { createSignal, For, Show } from "solid-js";
import { useClient, useList, useValue } from "../../bridge/client";
import { Button, IconButton, Segments, TextField } from "../../ui/controls";
import { now } from "../../ui/now";
import { orTell } from "../../ui/toasts";
import { Face } from "../people";
import { isLoud, keywordsOf, ownSettings } from "./rules";
import { word } from "./words";

/** What rings: in groups, by words, and in chats that are set otherwise. */
export function Rules() {
  const client = useClient();
  const rules = useValue("account", () => ({ type: "m.push_rules" }));
  const chats = useList("chats", () => null);
  const all = () => chats.order().flatMap((id) => chats.row(id) ?? []);
  const [fresh, setFresh] = createSignal("");
  // In the pattern of a push rule these would stand for any letters.
  const keyword = () =>
    fresh()
      .replaceAll(/[*?\\]/g, "")
      .trim();
  const isKnown = () => keywordsOf(rules()).includes(keyword());

  const add = async () => {
    const asked = { keyword: keyword(), on: true };
    const done = await orTell(client.command("push.keyword", asked));
    if (done !== undefined) setFresh("");
  };
  const drop = (id: string) => orTell(client.command("push.keyword", { keyword: id, on: false }));

  return (
    <>
      <section>
        <Segments
          label={word("groupsRing")}
          value={isLoud(rules()) ? "all" : "mentions"}
          options={[
            { value: "all", label: word("groupsAll") },
            { value: "mentions", label: word("groupsMentions") },
          ]}
          onChange={(value) => orTell(client.command("push.groups", { all: value === "all" }))}
        />
        <p class="field-note">{word("groupsNote")}</p>
      </section>
      <section>
        <h3>{word("keywords")}</h3>
        <p class="field-note">{word("keywordsNote")}</p>
        <form
          class="keyword-form"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <TextField
            label={word("keywordNew")}
            value={fresh()}
            onInput={setFresh}
            maxLength={100}
            error={isKnown() ? word("keywordKnown") : undefined}
          />
          <Button type="submit" disabled={!keyword() || isKnown()}>
            {word("keywordAdd")}
          </Button>
        </form>
        <ul class="keywords" aria-label={word("keywords")}>
          <For each={keywordsOf(rules())}>
            {(id) => (
              <li class="chip">
                {id}
                <IconButton
                  icon="close"
                  label={word("keywordRemove", { keyword: id })}
                  onClick={() => drop(id)}
                />
              </li>
            )}
          </For>
        </ul>
      </section>
      <section>
        <h3>{word("perChat")}</h3>
        <Show
          when={ownSettings(all(), now()).length > 0}
          fallback={<p class="field-note">{word("perChatNone")}</p>}
        >
          <ul>
            <For each={ownSettings(all(), now())}>
              {(chat) => (
                <li class="setting-line">
                  <Face id={chat.id} name={chat.name} avatar={chat.avatar} size="s" />
                  <span class="ellipsis">
                    {chat.name}
                    <small>
                      {word(chat.notify === "mentions" ? "chatMentions" : "chatSilent")}
                    </small>
                  </span>
                  <Button
                    look="quiet"
                    onClick={() =>
                      orTell(client.command("chat.setNotify", { roomId: chat.id, notify: "all" }))
                    }
                  >
                    {word("chatAll")}
                  </Button>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </section>
    </>
  );
}
