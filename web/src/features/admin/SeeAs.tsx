import { createSignal, For, Show } from "solid-js";
import { NoticeBox } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Face } from "../people";
import { useServer, withQuery } from "./ask";
import { type Account, nameOf, treeRows, type Unit } from "./data";
import { FindPerson } from "./FindPerson";
import { word } from "./words";

const ORG = "/_depesha/v1/org";
const NONE: ReadonlySet<number> = new Set();

interface Seen {
  user_id: string;
  name?: string;
  title: string;
}

/** The tree as another sees it. That I looked is written down. */
export function SeeAs(props: { onClose: () => void }) {
  const server = useServer();
  const [who, setWho] = createSignal<Account>();
  const [units, setUnits] = createSignal<readonly Unit[]>([]);
  const [people, setPeople] = createSignal<Readonly<Record<number, readonly Seen[]>>>({});
  const as = () => who()?.user_id;
  const choose = async (account: Account) => {
    setWho(account);
    const path = withQuery(`${ORG}/tree`, { as: account.user_id });
    setUnits((await server.call<{ units: Unit[] }>("GET", path))?.units ?? []);
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
      </Show>
    </Dialog>
  );
}
