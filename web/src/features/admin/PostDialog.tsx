import { createSignal } from "solid-js";
import { Button, Segments, Switch, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { ADMIN, useServer } from "./ask";
import { word } from "./words";

export interface Post {
  user_id: string;
  name: string;
  inherits: "whole" | "own";
  keeps: boolean;
  serves: boolean;
}

/** Makes a post of a level, or changes one. */
export function PostDialog(props: {
  unitId: number;
  post: Post | undefined;
  onDone: () => void;
  onClose: () => void;
}) {
  const server = useServer();
  const [name, setName] = createSignal(props.post?.name ?? "");
  const [inherits, setInherits] = createSignal(props.post?.inherits ?? "whole");
  const [keeps, setKeeps] = createSignal(props.post?.keeps ?? true);
  const [serves, setServes] = createSignal(props.post?.serves ?? true);
  const save = async () => {
    const rules = { name: name().trim(), inherits: inherits(), keeps: keeps(), serves: serves() };
    const done = props.post
      ? server.call("PUT", `${ADMIN}/posts/${encodeURIComponent(props.post.user_id)}`, rules)
      : server.call("POST", `${ADMIN}/posts`, { ...rules, unit_id: props.unitId });
    if (await done) props.onDone();
  };
  return (
    <Dialog
      open
      size="s"
      title={word(props.post ? "postTitle" : "newPost")}
      onClose={props.onClose}
      footer={
        <Button look="primary" busy={server.busy()} disabled={!name().trim()} onClick={save}>
          {word("save")}
        </Button>
      }
    >
      <TextField
        label={word("postName")}
        note={word("postNameNote")}
        value={name()}
        onInput={setName}
      />
      <Segments
        label={word("whatInherits")}
        value={inherits()}
        options={[
          { value: "whole", label: word("inheritsWhole") },
          { value: "own", label: word("inheritsOwn") },
        ]}
        onChange={setInherits}
      />
      <p class="field-note">
        {word(inherits() === "own" ? "inheritsOwnNote" : "inheritsWholeNote")}
      </p>
      <Switch label={word("keepsRead")} checked={keeps()} onChange={setKeeps} />
      <Switch label={word("servesBelow")} checked={serves()} onChange={setServes} />
    </Dialog>
  );
}
