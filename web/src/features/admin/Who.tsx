import type { Accessor } from "solid-js";
import { Show } from "solid-js";
import { useName } from "../people";
import { localpart } from "./data";

/** What somebody is called; by their username where nobody says more. */
export function useCalled(userId: Accessor<string | null | undefined>): Accessor<string> {
  const person = () => (userId()?.startsWith("@") ? (userId() ?? undefined) : undefined);
  const name = useName(person);
  return () => (name() && name() !== person() ? name() : localpart(userId() ?? ""));
}

/** Somebody by name, with the username small beside it; what is nobody's id stands as it is. */
export function Who(props: { id: string }) {
  const name = useCalled(() => props.id);
  const username = () => localpart(props.id);
  return (
    <span title={props.id}>
      {name()}
      <Show when={name() !== username()}>
        {" "}
        <span class="admin-username">{username()}</span>
      </Show>
    </span>
  );
}
