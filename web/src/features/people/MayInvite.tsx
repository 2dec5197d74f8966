import { createSignal, For, Show } from "solid-js";
import { useClient, useValue } from "../../bridge/client";
import type { Content } from "../../engine/records";
import { Button, IconButton, Segments, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { orTell } from "../../ui/toasts";
import { Face } from "./Face";
import {
  CLOSING,
  CLOSING_BEFORE,
  FATES,
  type Fate,
  isClosing,
  LISTS,
  type Listed,
  MOST_LISTED,
  type Rest,
  readListed,
  readName,
  restOf,
  withListed,
  withoutListed,
  withRest,
} from "./mayInvite";
import { useName } from "./names";
import { PersonPicker } from "./PersonPicker";
import { word } from "./words";

const FATE_WORDS = {
  allowed: "fateAllowed",
  ignored: "fateIgnored",
  blocked: "fateBlocked",
} as const;

/** Who may invite me into chats: everybody, those on a list, nobody. */
export function MayInvite() {
  const client = useClient();
  const closing = useValue("account", () => ({ type: CLOSING }));
  const closingBefore = useValue("account", () => ({ type: CLOSING_BEFORE }));
  const lists = useValue("account", () => ({ type: LISTS }));
  const rest = () => restOf(isClosing(closing()) || isClosing(closingBefore()), lists());
  const store = (type: string, content: Content) =>
    orTell(client.command("account.set", { type, content }));

  const choose = async (chosen: Rest) => {
    const default_action = chosen === "nobody" ? "block" : "allow";
    if (chosen !== "nobody") await store(LISTS, withRest(lists(), chosen));
    await store(CLOSING, { ...closing(), default_action });
    if (isClosing(closingBefore()))
      await store(CLOSING_BEFORE, { ...closingBefore(), default_action });
  };
  return (
    <>
      <Segments
        label={word("mayInvite")}
        value={rest()}
        options={[
          { value: "all", label: word("inviteAll") },
          { value: "listed", label: word("inviteListed") },
          { value: "nobody", label: word("inviteNobody") },
        ]}
        onChange={choose}
      />
      <p class="field-note">{word("mayInviteNote")}</p>
      <Show when={rest() !== "nobody"}>
        <ul aria-label={word("inviteList")}>
          <For each={readListed(lists())}>
            {(one) => <Line one={one} onRemove={() => store(LISTS, withoutListed(lists(), one))} />}
          </For>
        </ul>
        <Show when={readListed(lists()).length < MOST_LISTED}>
          <Add
            usual={rest() === "listed" ? "allowed" : "blocked"}
            onAdd={(one) => store(LISTS, withListed(lists(), one))}
          />
        </Show>
      </Show>
    </>
  );
}

function Line(props: { one: Listed; onRemove: () => void }) {
  const isUser = () => props.one.of === "users";
  const name = useName(() => (isUser() ? props.one.name : undefined));
  const shown = () => name() || props.one.name;
  return (
    <li class="setting-line">
      <Show when={isUser()} fallback={<Icon name="server" />}>
        <Face id={props.one.name} name={shown()} avatar={undefined} size="s" />
      </Show>
      <span class="row-text">
        <span class="ellipsis">{shown()}</span>
        <small>{word(FATE_WORDS[props.one.fate])}</small>
      </span>
      <IconButton
        icon="close"
        label={word("remove", { name: shown() })}
        onClick={() => props.onRemove()}
      />
    </li>
  );
}

/** A person or a server, typed or chosen, and what becomes of their invitations. */
function Add(props: { usual: Fate; onAdd: (one: Listed) => void }) {
  const [typed, setTyped] = createSignal("");
  const [chosen, setChosen] = createSignal<Fate>();
  const [choosing, setChoosing] = createSignal(false);
  const read = () => readName(typed());
  const fate = () => chosen() ?? props.usual;
  const add = () => {
    const found = read();
    if (!found) return;
    props.onAdd({ ...found, fate: fate() });
    setTyped("");
    setChosen(undefined);
  };
  return (
    <form
      class="invite-form"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <TextField
        label={word("personOrServer")}
        value={typed()}
        onInput={setTyped}
        autocomplete="off"
        placeholder="@name:example.org, *.example.org"
      />
      <label class="field">
        <span class="field-label">{word("theirInvitations")}</span>
        <select
          class="input"
          value={fate()}
          onChange={(event) => setChosen(event.currentTarget.value as Fate)}
        >
          <For each={FATES}>
            {(each) => (
              <option value={each} selected={each === fate()}>
                {word(FATE_WORDS[each])}
              </option>
            )}
          </For>
        </select>
      </label>
      <div class="setting-buttons">
        <Button type="submit" look="primary" disabled={!read()}>
          {word("addToList")}
        </Button>
        <Button look="quiet" icon="person" onClick={() => setChoosing(true)}>
          {word("choosePerson")}
        </Button>
      </div>
      <Show when={choosing()}>
        <Dialog open size="s" title={word("mayInvite")} onClose={() => setChoosing(false)}>
          <PersonPicker
            single
            chosen={[]}
            onChange={([person]) => {
              setTyped(person?.id ?? "");
              setChoosing(false);
            }}
          />
        </Dialog>
      </Show>
    </form>
  );
}
