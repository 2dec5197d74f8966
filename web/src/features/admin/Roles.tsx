import { createSignal, For, Show } from "solid-js";
import { Button, IconButton } from "../../ui/controls";
import { ADMIN, useServer, withQuery } from "./ask";
import { type Account, type Grant, pathOf, type Unit } from "./data";
import { me } from "./rights";
import en from "./strings.en.json";
import { word } from "./words";

/** A role in the person's language; its own name where we know none. */
export function roleName(role: string): string {
  const key = `role.${role}`;
  return key in en ? word(key as keyof typeof en) : role;
}

/** Somebody's roles, given and taken back by who may. */
export function Roles(props: { account: Account; onChange: () => void }) {
  const server = useServer();
  const [role, setRole] = createSignal("");
  const [unit, setUnit] = createSignal("");
  const [units, setUnits] = createSignal<readonly Unit[]>([]);
  const mayGrant = () => me()?.may_grant ?? [];
  const isOther = () => props.account.user_id !== me()?.user_id;
  const path = (name: string) =>
    `${ADMIN}/users/${encodeURIComponent(props.account.user_id)}/roles/${name}`;
  const choose = async (name: string) => {
    setRole(name);
    if (name !== "unit_administrator" || units().length > 0) return;
    const tree = await server.call<{ units: Unit[] }>("GET", `${ADMIN}/org/units`);
    setUnits(tree?.units ?? []);
  };
  const give = async () => {
    const body = role() === "unit_administrator" ? { unit_id: Number(unit()) } : {};
    if (await server.call("PUT", path(role()), body)) {
      setRole("");
      props.onChange();
    }
  };
  const takeBack = async (grant: Grant) => {
    if (await server.call("DELETE", withQuery(path(grant.role), { unit: grant.unit_id })))
      props.onChange();
  };
  return (
    <section class="admin-part">
      <h3>{word("roles")}</h3>
      <ul class="admin-lines">
        <For each={props.account.roles} fallback={<li class="field-note">{word("onlyMember")}</li>}>
          {(grant) => (
            <li>
              <span>
                {roleName(grant.role)}
                <Show when={grant.unit_id}>
                  {(id) => <small>{pathOf(units(), id()) || `№ ${id()}`}</small>}
                </Show>
              </span>
              <Show when={isOther() && mayGrant().includes(grant.role)}>
                <IconButton
                  icon="close"
                  label={word("takeRole", { role: roleName(grant.role) })}
                  onClick={() => takeBack(grant)}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={isOther() && mayGrant().length > 0}>
        <div class="admin-bar">
          <select
            class="input"
            aria-label={word("giveRole")}
            value={role()}
            onChange={(event) => choose(event.currentTarget.value)}
          >
            <option value="">{word("giveRole")}</option>
            <For each={mayGrant()}>{(each) => <option value={each}>{roleName(each)}</option>}</For>
          </select>
          <Show when={role() === "unit_administrator"}>
            <select
              class="input"
              aria-label={word("ofUnit")}
              value={unit()}
              onChange={(event) => setUnit(event.currentTarget.value)}
            >
              <option value="">{word("ofUnit")}</option>
              <For each={units()}>
                {(each) => <option value={each.unit_id}>{pathOf(units(), each.unit_id)}</option>}
              </For>
            </select>
          </Show>
          <Button
            look="quiet"
            busy={server.busy()}
            disabled={!role() || (role() === "unit_administrator" && !unit())}
            onClick={give}
          >
            {word("give")}
          </Button>
        </div>
        <Show when={role()}>
          <p class="field-note">{word(`roleNote.${role()}` as keyof typeof en)}</p>
        </Show>
      </Show>
    </section>
  );
}
