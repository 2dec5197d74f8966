import { createSignal, For, Show } from "solid-js";
import { NoticeBox } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { Face } from "../people";
import { ADMIN, useServer, withQuery } from "./ask";
import { type Account, type Group, nameOf, treeRows, type Unit } from "./data";
import { FindPerson } from "./FindPerson";
import { Who } from "./Who";
import { word } from "./words";

const ORG = "/_depesha/v1/org";
const NONE: ReadonlySet<number> = new Set();

interface Seen {
  user_id: string;
  name?: string;
  title: string;
}

interface SeenChat extends Group {
  membership: "join" | "invite";
  others?: readonly string[];
}

/** Tree and list of chats as another sees them. That I looked is written down. */
export function SeeAs(props: { onClose: () => void }) {
  const server = useServer();
  const [who, setWho] = createSignal<Account>();
  const [units, setUnits] = createSignal<readonly Unit[]>([]);
  const [people, setPeople] = createSignal<Readonly<Record<number, readonly Seen[]>>>({});
  const [chats, setChats] = createSignal<readonly SeenChat[]>([]);
  const as = () => who()?.user_id;
  const choose = async (account: Account) => {
    setWho(account);
    const path = withQuery(`${ORG}/tree`, { as: account.user_id });
    setUnits((await server.call<{ units: Unit[] }>("GET", path))?.units ?? []);
    const theirs = `${ADMIN}/users/${encodeURIComponent(account.user_id)}/chats`;
    setChats((await server.call<{ chats: SeenChat[] }>("GET", theirs))?.chats ?? []);
  };
  const look = async (unit: Unit) => {
    const path = withQuery(`${ORG}/units/${unit.unit_id}/people`, { as: as() });
    const answer = await server.call<{ people: Seen[] }>("GET", path);
    if (answer) setPeople((before) => ({ ...before, [unit.unit_id]: answer.people }));
  };
  return (
    <Dialog
      open
      title={who() ? word("seenBy", { name: nameOf(who() as Account) }) : word("seeAs")}
      onClose={props.onClose}
    >
      <NoticeBox>{word("seeAsNote")}</NoticeBox>
      <Show when={who()} fallback={<FindPerson onChoose={choose} />}>
        <ul class="admin-tree" aria-label={word("tree")}>
          <For
            each={treeRows(units(), NONE)}
            fallback={<li class="field-note">{word("seesNothing")}</li>}
          >
            {({ unit, depth }) => (
              <li class="admin-seen" data-depth={Math.min(depth, 8)}>
                <button type="button" class="admin-unit-name" onClick={() => look(unit)}>
                  {unit.name}
                </button>
                <For each={people()[unit.unit_id]}>
                  {(person) => (
                    <span class="admin-who">
                      <Face id={person.user_id} name={nameOf(person)} size="xs" />
                      {nameOf(person)} <small>{person.title}</small>
                    </span>
                  )}
                </For>
              </li>
            )}
          </For>
        </ul>
        <section class="admin-part">
          <h3>{word("chatsOf")}</h3>
          <ul class="admin-lines" aria-label={word("chatsOf")}>
            <For each={chats()} fallback={<li class="field-note">{word("noChats")}</li>}>
              {(chat) => (
                <li>
                  <Icon name={chat.encrypted ? "lock" : "chat"} />
                  <span>
                    <Show
                      when={!chat.name && chat.others?.length}
                      fallback={chat.name ?? chat.room_id}
                    >
                      <For each={chat.others}>
                        {(id, at) => (
                          <>
                            {at() > 0 && ", "}
                            <Who id={id} />
                          </>
                        )}
                      </For>
                    </Show>
                    <small>
                      {word(`chat.${chat.kind}`)} · {word("memberCount", { count: chat.members })}
                      <Show when={chat.membership === "invite"}> · {word("isInvited")}</Show>
                    </small>
                  </span>
                </li>
              )}
            </For>
          </ul>
        </section>
      </Show>
    </Dialog>
  );
}
