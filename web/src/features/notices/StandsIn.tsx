import { For } from "solid-js";
import { dayLabel } from "../../base/format";
import { useValue } from "../../bridge/client";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { openPerson, useName } from "../people";
import { word } from "./words";

/** For whom I stand in just now, above the list of chats. */
export function StandsIn() {
  const session = useValue("session", () => null);
  const card = useValue("card", () => {
    const view = session();
    return view?.phase === "signedIn" ? { userId: view.userId } : undefined;
  });
  const present = () =>
    (card()?.standsFor ?? []).filter((each) => each.since <= now() && now() < each.until);
  return <For each={present()}>{(one) => <Line id={one.id} until={one.until} />}</For>;
}

function Line(props: { id: string; until: number }) {
  const name = useName(() => props.id);
  return (
    <button type="button" class="chats-extra" onClick={() => openPerson(props.id)}>
      <Icon name="personAdd" />
      <span>
        {word("standsIn", { name: name(), until: dayLabel(language(), props.until, now()) })}
      </span>
    </button>
  );
}
