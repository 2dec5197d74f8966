import { createSignal, Match, onMount, Show, Switch } from "solid-js";
import type { Action } from "../../ui/action";
import { Roster } from "../people";
import { ADMIN, useServer } from "./ask";
import { ByName } from "./ByName";
import { nameOf } from "./data";
import { FindPerson } from "./FindPerson";
import { type Post, PostDialog } from "./PostDialog";
import { word } from "./words";

/** What is being done to a post; without an id a new one is made. */
export interface PostAct {
  what: "rules" | "roster" | "end";
  id?: string;
}

/** What can be done to a post. */
export function postActions(id: string, act: (what: PostAct) => void): Action[] {
  return [
    {
      id: "roster",
      icon: "clock",
      label: () => word("postRoster"),
      run: () => act({ what: "roster", id }),
    },
    {
      id: "rules",
      icon: "edit",
      label: () => word("postRules"),
      run: () => act({ what: "rules", id }),
    },
    {
      id: "end",
      icon: "trash",
      danger: true,
      apart: true,
      label: () => word("endPost"),
      run: () => act({ what: "end", id }),
    },
  ];
}

/** The dialogs in which a post is made, changed, staffed and ended. */
export function PostDialogs(props: {
  act: PostAct;
  unitId: number;
  onDone: () => void;
  onClose: () => void;
}) {
  const server = useServer();
  const [post, setPost] = createSignal<Post>();
  onMount(async () => {
    if (!props.act.id) return;
    const told = await server.call<{ posts: Post[] }>("GET", `${ADMIN}/posts`);
    setPost(told?.posts.find((each) => each.user_id === props.act.id));
  });
  const end = async (id: string) => {
    if (await server.call("DELETE", `${ADMIN}/posts/${encodeURIComponent(id)}`)) props.onDone();
  };
  return (
    <Show
      when={post()}
      fallback={
        <Show when={!props.act.id}>
          <PostDialog
            unitId={props.unitId}
            post={undefined}
            onDone={props.onDone}
            onClose={props.onClose}
          />
        </Show>
      }
    >
      {(one) => (
        <Switch>
          <Match when={props.act.what === "rules"}>
            <PostDialog
              unitId={props.unitId}
              post={one()}
              onDone={props.onDone}
              onClose={props.onClose}
            />
          </Match>
          <Match when={props.act.what === "roster"}>
            <Roster
              id={one().user_id}
              name={one().name}
              path={`${ADMIN}/posts`}
              onClose={props.onClose}
              picker={(choose) => (
                <FindPerson
                  onChoose={(account) => choose({ id: account.user_id, name: nameOf(account) })}
                />
              )}
            />
          </Match>
          <Match when={props.act.what === "end"}>
            <ByName
              title={word("endPost")}
              text={word("endPostText")}
              name={one().name}
              yes={word("endPost")}
              busy={server.busy()}
              onYes={() => end(one().user_id)}
              onClose={props.onClose}
            />
          </Match>
        </Switch>
      )}
    </Show>
  );
}
