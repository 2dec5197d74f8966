/** A question before what cannot be taken back. */

import { createSignal, Show } from "solid-js";
import { Button, TextField } from "./controls";
import { Dialog } from "./Dialog";
import { uiWord } from "./uiWords";

export interface Question {
  title: string;
  text: string;
  yes: string;
  danger?: boolean;
  /** Asks for some words too, such as a reason; their label. */
  reason?: string;
}

interface Asked extends Question {
  answer: (given: string | null) => void;
}

const [asked, setAsked] = createSignal<Asked>();

/** What the person answered: null for no, else the words asked for ("" where none were). */
export function ask(question: Question): Promise<string | null> {
  asked()?.answer(null);
  return new Promise((resolve) => setAsked({ ...question, answer: resolve }));
}

/** Where questions appear; once in the application. */
export function Confirm() {
  const [reason, setReason] = createSignal("");
  const answer = (given: string | null) => {
    asked()?.answer(given);
    setAsked(undefined);
    setReason("");
  };
  return (
    <Show when={asked()}>
      {(question) => (
        <Dialog
          open
          size="s"
          title={question().title}
          onClose={() => answer(null)}
          footer={
            <>
              <Button look="quiet" onClick={() => answer(null)}>
                {uiWord("cancel")}
              </Button>
              <Button
                look={question().danger ? "danger primary" : "primary"}
                onClick={() => answer(reason().trim())}
              >
                {question().yes}
              </Button>
            </>
          }
        >
          <p>{question().text}</p>
          <Show when={question().reason}>
            {(label) => <TextField label={label()} value={reason()} onInput={setReason} />}
          </Show>
        </Dialog>
      )}
    </Show>
  );
}
