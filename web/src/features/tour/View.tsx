import { createSignal, For, Show } from "solid-js";
import { useClient, useValue } from "../../bridge/client";
import { Button, Keys } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { orTell } from "../../ui/toasts";
import { seenBy, TOUR } from "./data";
import type { Due } from "./due";
import "./view.css";
import { word } from "./words";

/** A card with one step at a time. */
export default function Tour(props: { due: Due; touch: boolean }) {
  const client = useClient();
  const stored = useValue("account", () => ({ type: TOUR }));
  const shown = () => props.due.steps().filter((step) => !props.touch || !("keys" in step));
  const [at, setAt] = createSignal(0);
  const step = () => shown()[at()] ?? shown()[0];
  const last = () => at() === shown().length - 1;
  const end = () => {
    const content = seenBy(stored(), props.due.roles());
    return orTell(client.command("account.set", { type: TOUR, content }));
  };
  return (
    <section class="tour" aria-label={word("title")}>
      <p class="tour-hello">{word("title")}</p>
      <Show when={step()}>
        {(one) => (
          <div class="tour-step" aria-live="polite">
            <Icon name={one().icon} />
            <h2>{word(one().id)}</h2>
            <p>
              {word(`${one().id}Text`)}{" "}
              <Show when={"keys" in one()}>
                <Keys shortcut="Mod+K" />
              </Show>
            </p>
          </div>
        )}
      </Show>
      <div class="tour-foot">
        <span
          class="tour-dots"
          role="img"
          aria-label={word("step", { at: at() + 1, count: shown().length })}
        >
          <For each={shown()}>{(_, place) => <span classList={{ on: place() === at() }} />}</For>
        </span>
        <Show when={!last()}>
          <Button look="quiet" onClick={end}>
            {word("skip")}
          </Button>
        </Show>
        <Button look="primary" onClick={() => (last() ? end() : setAt(at() + 1))}>
          {word(last() ? "done" : "next")}
        </Button>
      </div>
    </section>
  );
}
