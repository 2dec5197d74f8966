import { createSignal, For, Show } from "solid-js";
import type { StaffedPost } from "../../engine/records";
import { Button, NoticeBox } from "../../ui/controls";
import { Face } from "./Face";
import { heldText, shiftText } from "./posts";
import { Roster } from "./Roster";
import { word } from "./words";

const OWN = "/_depesha/v1/posts";

/** That somebody is a post. */
export function PostMark() {
  return <span class="mark">{word("postMark")}</span>;
}

/** Who holds a post, who will, and what the next one reads of what is written to it. */
export function PostFacts(props: { post: StaffedPost }) {
  const [setting, setSetting] = createSignal(false);
  return (
    <section class="post-facts" aria-label={word("roster")}>
      <NoticeBox icon="post">{heldText(props.post)}</NoticeBox>
      <ul>
        <For each={props.post.roster}>
          {(time) => (
            <li>
              <Face id={time.id} name={time.name} size="s" />
              <span class="row-text">
                <span class="ellipsis">{time.name}</span>
                <small>{shiftText(time)}</small>
              </span>
            </li>
          )}
        </For>
      </ul>
      <p class="field-note">
        {word(props.post.inherits === "own" ? "inheritsOwn" : "inheritsWhole")}
      </p>
      <Show when={props.post.maySet}>
        <Button wide icon="clock" onClick={() => setSetting(true)}>
          {word("setRoster")}
        </Button>
      </Show>
      <Show when={setting()}>
        <Roster
          id={props.post.id}
          name={props.post.name}
          path={OWN}
          onClose={() => setSetting(false)}
        />
      </Show>
    </section>
  );
}
