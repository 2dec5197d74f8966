import { createEffect, createMemo, createSignal, onCleanup, Show } from "solid-js";
import { fileSize } from "../base/format";
import { useClient, useValue } from "../bridge/client";
import { Button } from "../ui/controls";
import { Icon } from "../ui/icons";
import { language } from "../ui/preferences";
import { word } from "./words";

/** What is there sooner needs no words. */
const PATIENCE_MS = 2000;

/** On a slow network: what a new device still waits for, and how much of it has come. */
export function Arrival() {
  const client = useClient();
  const arrival = useValue("arrival", () => null);
  const [lasting, setLasting] = createSignal(false);
  const isComing = createMemo(() => (arrival() ?? null) !== null);
  createEffect(() => {
    setLasting(false);
    if (!isComing()) return;
    const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
    onCleanup(() => clearTimeout(timer));
  });
  const size = (bytes: number) => fileSize(language(), bytes);
  return (
    <Show when={lasting() && arrival()}>
      {(view) => (
        <section class="arrival" aria-label={word("arrival")}>
          <h2>{word("arrival")}</h2>
          <ul>
            <Step
              done={view().chats}
              label={word("arrivalChats")}
              note={view().received > 0 ? size(view().received) : ""}
            />
            <Step
              done={view().encryption}
              label={word("arrivalEncryption")}
              note={
                view().total > 0
                  ? word("arrivalOf", { part: size(view().loaded), whole: size(view().total) })
                  : ""
              }
              part={view().total > 0 ? view().loaded / view().total : undefined}
            />
          </ul>
          <Show
            when={view().chats}
            fallback={
              <Button
                look="quiet"
                onClick={() => client.command("session.signOut", { wipe: true })}
              >
                {word("arrivalCancel")}
              </Button>
            }
          >
            <p>{word("arrivalReading")}</p>
          </Show>
        </section>
      )}
    </Show>
  );
}

function Step(props: { done: boolean; label: string; note: string; part?: number | undefined }) {
  return (
    <li>
      <Show when={props.done} fallback={<span class="spinner" />}>
        <Icon name="check" class="icon-s" />
      </Show>
      <span>{props.label}</span>
      <Show when={!props.done}>
        <small>{props.note}</small>
        <Show when={props.part !== undefined}>
          <progress class="upload" aria-label={props.label} max={1} value={props.part ?? 0} />
        </Show>
      </Show>
    </li>
  );
}
