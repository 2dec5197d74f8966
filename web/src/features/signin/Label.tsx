import { createResource, For, Show } from "solid-js";
import { useClient } from "../../bridge/client";
import { Button } from "../../ui/controls";
import { language } from "../../ui/preferences";
import { word } from "./words";

/** What the server collects, for what, how long and of whom: read before one registers there. */
export function Label(props: { homeserver: string }) {
  const client = useClient();
  const [label, { refetch }] = createResource(
    () => props.homeserver,
    (homeserver) => client.command("session.label", { homeserver }),
  );
  const told = () => {
    const answer = label();
    return answer?.ok ? answer.value : undefined;
  };
  return (
    <section class="signin-label" aria-label={word("label")}>
      <h2>{word("label")}</h2>
      <Show when={label() && told() === null}>
        <p class="field-note">{word("labelNone")}</p>
      </Show>
      <Show when={label() && !label()?.ok}>
        <p class="field-note" role="status">
          {word("labelFailed")}
        </p>
        <Button look="quiet" icon="refresh" onClick={() => refetch()}>
          {word("tryAgain")}
        </Button>
      </Show>
      <Show when={told()}>
        {(found) => (
          <>
            <Show when={!found().advertising && !found().trackers}>
              <p class="field-note">{word("labelNoAds")}</p>
            </Show>
            <ul>
              <For each={found().kinds}>
                {(kind) => (
                  <li>
                    <details>
                      <summary>
                        <span>{kind.what[language()]}</span>
                        <small>
                          {word(kind.linked_to_identity ? "labelLinked" : "labelUnlinked")}
                        </small>
                      </summary>
                      <p class="field-note">
                        {word("labelPurpose", { purpose: kind.purpose[language()] })}
                      </p>
                      <p class="field-note">{word("labelKept", { kept: kind.kept[language()] })}</p>
                    </details>
                  </li>
                )}
              </For>
            </ul>
            <p class="field-note">{word("labelGivenTo", { who: found().given_to[language()] })}</p>
          </>
        )}
      </Show>
    </section>
  );
}
