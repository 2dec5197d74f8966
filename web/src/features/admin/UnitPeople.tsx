import { createSignal, For, onMount, Show } from "solid-js";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { MenuButton } from "../../ui/Menu";
import { Face } from "../people";
import { ADMIN, useServer } from "./ask";
import { type Account, nameOf, pathOf, type Unit } from "./data";
import { AccountFace, FindPerson } from "./FindPerson";
import { type PostAct, PostDialogs, postActions } from "./Posts";
import { word } from "./words";

interface Employee {
  user_id: string;
  name?: string;
  title: string;
  is_manager?: boolean;
  is_post?: boolean;
}

/** The people of a level: appointed, moved, dismissed, and one of them its manager. */
export function UnitPeople(props: { unit: Unit; units: readonly Unit[]; onChange: () => void }) {
  const server = useServer();
  const [people, setPeople] = createSignal<readonly Employee[]>([]);
  const [appointing, setAppointing] = createSignal(false);
  const [moving, setMoving] = createSignal<Employee>();
  const [post, setPost] = createSignal<PostAct>();
  const unitPath = `${ADMIN}/org/units/${props.unit.unit_id}`;
  const place = (who: string, unitId: number) =>
    `${ADMIN}/org/people/${encodeURIComponent(who)}/posts/${unitId}`;
  const load = async () => {
    const answer = await server.call<{ people: Employee[] }>("GET", `${unitPath}/people`);
    if (answer) setPeople(answer.people);
  };
  onMount(load);
  const after = async (done: unknown) => {
    if (!done) return;
    setAppointing(false);
    setMoving(undefined);
    setPost(undefined);
    await load();
    props.onChange();
  };
  const setManager = async (manager: string) =>
    after(await server.call("PUT", unitPath, { manager }));
  const move = async (person: Employee, to: number) => {
    const body = { title: person.title, instead_of: props.unit.unit_id };
    await after(await server.call("PUT", place(person.user_id, to), body));
  };
  return (
    <section class="admin-side" aria-label={props.unit.name}>
      <header>
        <h3>{props.unit.name}</h3>
        <Button look="quiet" icon="personAdd" onClick={() => setAppointing(true)}>
          {word("appoint")}
        </Button>
        <Button look="quiet" icon="post" onClick={() => setPost({ what: "rules" })}>
          {word("newPost")}
        </Button>
      </header>
      <ul class="admin-lines">
        <For each={people()} fallback={<li class="field-note">{word("nobodyHere")}</li>}>
          {(person) => (
            <li>
              <Face id={person.user_id} name={nameOf(person)} size="s" />
              <span>
                {nameOf(person)}
                <small>
                  {person.is_post
                    ? word("isPost")
                    : person.is_manager
                      ? word("isManager")
                      : person.title || person.user_id}
                </small>
              </span>
              <MenuButton
                icon="more"
                label={word("actsOn", { name: nameOf(person) })}
                actions={() =>
                  person.is_post
                    ? postActions(person.user_id, setPost)
                    : [
                        {
                          id: "manager",
                          icon: "star",
                          label: () => word(person.is_manager ? "unmakeManager" : "makeManager"),
                          run: () => setManager(person.is_manager ? "" : person.user_id),
                        },
                        {
                          id: "move",
                          icon: "forward",
                          label: () => word("moveElsewhere"),
                          run: () => setMoving(person),
                        },
                        {
                          id: "dismiss",
                          icon: "leave",
                          danger: true,
                          label: () => word("dismiss"),
                          run: async () =>
                            after(
                              await server.call(
                                "DELETE",
                                place(person.user_id, props.unit.unit_id),
                              ),
                            ),
                        },
                      ]
                }
              />
            </li>
          )}
        </For>
      </ul>
      <Show when={appointing()}>
        <Appoint
          unit={props.unit}
          busy={server.busy()}
          onClose={() => setAppointing(false)}
          onAppoint={async (account, title) =>
            after(await server.call("PUT", place(account.user_id, props.unit.unit_id), { title }))
          }
        />
      </Show>
      <Show when={post()} keyed>
        {(act) => (
          <PostDialogs
            act={act}
            unitId={props.unit.unit_id}
            onDone={() => after(true)}
            onClose={() => setPost(undefined)}
          />
        )}
      </Show>
      <Show when={moving()}>
        {(person) => (
          <Dialog
            open
            size="s"
            title={word("movePerson", { name: nameOf(person()) })}
            onClose={() => setMoving(undefined)}
          >
            <ul class="picker-list">
              <For each={props.units.filter((unit) => unit.unit_id !== props.unit.unit_id)}>
                {(unit) => (
                  <li>
                    <button type="button" class="row" onClick={() => move(person(), unit.unit_id)}>
                      {pathOf(props.units, unit.unit_id)}
                    </button>
                  </li>
                )}
              </For>
            </ul>
          </Dialog>
        )}
      </Show>
    </section>
  );
}

function Appoint(props: {
  unit: Unit;
  busy: boolean;
  onAppoint: (account: Account, title: string) => void;
  onClose: () => void;
}) {
  const [account, setAccount] = createSignal<Account>();
  const [title, setTitle] = createSignal("");
  return (
    <Dialog
      open
      size="s"
      title={word("appointTo", { name: props.unit.name })}
      onClose={props.onClose}
      footer={
        <Show when={account()}>
          {(chosen) => (
            <Button
              look="primary"
              busy={props.busy}
              onClick={() => props.onAppoint(chosen(), title().trim())}
            >
              {word("appoint")}
            </Button>
          )}
        </Show>
      }
    >
      <Show when={account()} fallback={<FindPerson onChoose={setAccount} />}>
        {(chosen) => (
          <>
            <div class="admin-who">
              <AccountFace account={chosen()} />
            </div>
            <TextField label={word("position")} value={title()} onInput={setTitle} />
          </>
        )}
      </Show>
    </Dialog>
  );
}
