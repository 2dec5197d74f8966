import { createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { useServer, withQuery } from "./ask";
import { barsOf, type Figures, type Notice, OFFICIAL } from "./notice";
import { Who } from "./Who";
import { word } from "./words";

const AGAIN_MS = 5_000;
const PAGE = 100;

/** How far a notice has come: numbers, bars, and by name whom it has not reached. */
export function NoticeFigures(props: { notice: Notice; onClose: () => void }) {
  const server = useServer();
  const path = () => `${OFFICIAL}/${encodeURIComponent(props.notice.notice_id)}`;
  const [figures, setFigures] = createSignal<Figures>();
  const [missed, setMissed] = createSignal<readonly string[]>();
  const [next, setNext] = createSignal<string>();
  onMount(() => {
    let gone = false;
    let timer = 0;
    const load = async () => {
      const told = await server.call<Figures>("GET", path());
      if (gone) return;
      if (told) setFigures(told);
      timer = window.setTimeout(load, AGAIN_MS);
    };
    load();
    onCleanup(() => {
      gone = true;
      clearTimeout(timer);
    });
  });
  const loadMissed = async (after?: string) => {
    const asked = withQuery(`${path()}/not_reached`, { after, limit: PAGE });
    const page = await server.call<{ users: string[]; next?: string }>("GET", asked);
    if (!page) return;
    setMissed([...(after ? (missed() ?? []) : []), ...page.users]);
    setNext(page.next);
  };
  return (
    <Dialog open size="s" title={word("figures")} onClose={props.onClose}>
      <p class="notice-said">{props.notice.body}</p>
      <Show when={figures()}>
        {(told) => (
          <>
            <p class="field-note">
              {word("addressedCount", { count: told().addressed })}
              {told().is_spread ? "" : ` · ${word("stillSpreading")}`}
            </p>
            <dl class="notice-bars">
              <For each={barsOf(told())}>
                {(bar) => (
                  <div>
                    <dt>{word(`stage.${bar.stage}`)}</dt>
                    <dd>
                      {bar.count} <small>{bar.percent} %</small>
                    </dd>
                    <span class="notice-bar" data-stage={bar.stage} aria-hidden="true">
                      <span style={{ width: `${bar.percent}%` }} />
                    </span>
                  </div>
                )}
              </For>
            </dl>
            <Show when={told().not_reached > 0 && !missed()}>
              <Button look="quiet" icon="people" onClick={() => loadMissed()}>
                {word("showMissed")}
              </Button>
            </Show>
            <Show when={told().not_reached > 0 ? missed() : undefined}>
              {(users) => (
                <section>
                  <h3 class="admin-title">{word("stage.not_reached")}</h3>
                  <ul class="notice-missed">
                    <For each={users()}>
                      {(user) => (
                        <li>
                          <Who id={user} />
                        </li>
                      )}
                    </For>
                  </ul>
                  <Show when={next()}>
                    {(after) => (
                      <Button look="quiet" onClick={() => loadMissed(after())}>
                        {word("more")}
                      </Button>
                    )}
                  </Show>
                </section>
              )}
            </Show>
          </>
        )}
      </Show>
    </Dialog>
  );
}
