import { createSignal, onMount } from "solid-js";
import { useClient, useValue } from "../../bridge/client";
import { Segments } from "../../ui/controls";
import { orTell } from "../../ui/toasts";
import { word } from "./words";

const CONTACTS = "/_depesha/v1/contacts";
type Policy = "open" | "ask" | "closed";

/** Who may write to me: all, strangers by request, or only those I know. */
export function Strangers() {
  const client = useClient();
  const contacts = useValue("contacts", () => null);
  // The sync is silent where there is nothing but the usual policy.
  const [asked, setAsked] = createSignal<string>();
  onMount(async () => {
    const answer = await client.command("own.call", { method: "GET", path: CONTACTS });
    if (answer.ok) setAsked((answer.value.body as { strangers?: string }).strangers);
  });
  const policy = () => (contacts()?.strangers ?? asked() ?? "ask") as Policy;
  const set = (strangers: Policy) =>
    orTell(
      client.command("own.call", {
        method: "PUT",
        path: `${CONTACTS}/strangers`,
        body: { strangers },
      }),
    );
  return (
    <>
      <Segments
        label={word("strangersPolicy")}
        value={policy()}
        options={[
          { value: "open", label: word("policyOpen") },
          { value: "ask", label: word("policyAsk") },
          { value: "closed", label: word("policyClosed") },
        ]}
        onChange={set}
      />
      <p class="field-note">{word("policyNote")}</p>
    </>
  );
}
