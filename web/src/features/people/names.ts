import type { Accessor } from "solid-js";
import { useValue } from "../../bridge/client";

/** What somebody is called: by the institution, else by themselves, else by their address. */
export function useName(userId: Accessor<string | undefined>): Accessor<string> {
  const ask = () => {
    const id = userId();
    return id === undefined ? undefined : { userId: id };
  };
  const card = useValue("card", ask);
  const person = useValue("person", ask);
  return () => card()?.name ?? person()?.name ?? userId() ?? "";
}
