import { createSignal, Index, Show } from "solid-js";
import { useClient } from "../../bridge/client";
import { Button, IconButton, Switch, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { orTell } from "../../ui/toasts";
import { uiWord } from "../../ui/uiWords";
import { askAnonymously } from "../surveys";
import { pollContent } from "./poll";
import { word } from "./words";

const MOST = 20;

/** Makes a poll (MSC3381). */
export default function PollDialog(props: {
  where: { roomId: string; threadId?: string };
  onClose: () => void;
}) {
  const client = useClient();
  const [question, setQuestion] = createSignal("");
  const [answers, setAnswers] = createSignal<readonly string[]>(["", ""]);
  const [many, setMany] = createSignal(false);
  const [hidden, setHidden] = createSignal(false);
  const [anonymous, setAnonymous] = createSignal(false);
  const filled = () =>
    answers()
      .map((answer) => answer.trim())
      .filter(Boolean);
  const ready = () => question().trim() !== "" && filled().length >= 2;
  const change = (place: number, text: string) =>
    setAnswers(answers().map((answer, other) => (other === place ? text : answer)));

  const create = async () => {
    if (anonymous()) {
      const poll = { question: question().trim(), answers: filled(), many: many() };
      if (await askAnonymously(client, props.where, poll)) props.onClose();
      return;
    }
    const content = pollContent(
      { question: question().trim(), answers: filled(), many: many(), hidden: hidden() },
      word("pollBody", { question: question().trim() }),
    );
    const made = await orTell(
      client.command("send.event", {
        ...props.where,
        type: "org.matrix.msc3381.poll.start",
        content,
      }),
    );
    if (made) props.onClose();
  };

  return (
    <Dialog
      open
      title={word("pollTitle")}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" onClick={props.onClose}>
            {uiWord("cancel")}
          </Button>
          <Button look="primary" disabled={!ready()} onClick={create}>
            {word("pollCreate")}
          </Button>
        </>
      }
    >
      <TextField
        label={word("pollQuestion")}
        value={question()}
        onInput={setQuestion}
        maxLength={340}
      />
      <Index each={answers()}>
        {(answer, place) => (
          <div class="field-row">
            <TextField
              label={word("pollAnswer", { count: place + 1 })}
              value={answer()}
              onInput={(text) => change(place, text)}
              maxLength={340}
            />
            <IconButton
              icon="close"
              label={word("pollRemove", { count: place + 1 })}
              disabled={answers().length <= 2}
              onClick={() => setAnswers(answers().filter((_, other) => other !== place))}
            />
          </div>
        )}
      </Index>
      <Button
        icon="plus"
        disabled={answers().length >= MOST}
        onClick={() => setAnswers([...answers(), ""])}
      >
        {word("pollAdd")}
      </Button>
      <Switch label={word("pollMany")} checked={many()} onChange={setMany} />
      <Switch
        label={word("pollAnonymous")}
        note={word("pollAnonymousNote")}
        checked={anonymous()}
        onChange={setAnonymous}
      />
      <Show when={!anonymous()}>
        <Switch label={word("pollHidden")} checked={hidden()} onChange={setHidden} />
      </Show>
    </Dialog>
  );
}
