import { createSignal } from "solid-js";
import { useClient } from "../../bridge/client";
import type { ChatRecord, ItemRecord } from "../../engine/records";
import { Dialog } from "../../ui/Dialog";
import { chatPlace, go } from "../../ui/router";
import { tell } from "../../ui/toasts";
import { ChatPicker } from "../people";
import { sendOn } from "./forward";
import { word } from "./words";

/** Chooses chats to send messages on to; they leave at each press. */
export default function ForwardDialog(props: {
  items: readonly ItemRecord[];
  onClose: () => void;
}) {
  const client = useClient();
  const [taken, setTaken] = createSignal<readonly string[]>([]);
  const send = async (chat: ChatRecord) => {
    setTaken([...taken(), chat.id]);
    if (!(await sendOn(client, props.items, chat.id))) return;
    tell(`${word("forwarded")}: ${chat.name}`, {
      label: word("open"),
      run: () => go(chatPlace(chat.id)),
    });
  };
  return (
    <Dialog open size="s" title={word("forwardTo")} onClose={props.onClose}>
      <ChatPicker taken={taken()} onPick={send} />
    </Dialog>
  );
}
