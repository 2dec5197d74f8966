import { createSignal, For, Show } from "solid-js";
import type { Failure, Result } from "../../base/errors";
import { useClient } from "../../bridge/client";
import { Button, NoticeBox, TextField } from "../../ui/controls";
import { ADMIN, whyRefused } from "./ask";
import { word } from "./words";

interface Outcome {
  good: boolean;
  text: string;
  lines?: readonly string[];
}

/** A relay of calls that was asked for an address: the one it gave, or why it gave none. */
interface Relay {
  uri: string;
  address?: string;
  error?: string;
}

const PUSH = "/_depesha/v1/push/trial";
const TURN = `${ADMIN}/turn/test`;

/** Why a trial failed: what is not set up is told in our words, what broke in the server's. */
function why(path: string, failure: Failure): string {
  if (path === PUSH && failure.status === 404) return word("pushOff");
  if (path === TURN && failure.status === 404) return word("turnOff");
  if (failure.status === 404) return word("directoryOff");
  if (failure.status === 502) return word("itSays", { why: failure.message });
  return whyRefused(failure);
}

/** What the server is set up with, tried: what came of it, in plain words. */
export function Trials() {
  const client = useClient();
  const [address, setAddress] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [outcome, setOutcome] = createSignal<Outcome>();

  const attempt = async (path: string, body: unknown, told: (answer: unknown) => Outcome) => {
    setOutcome(undefined);
    setBusy(true);
    const answer: Result<{ body: unknown }> = await client.command("own.call", {
      method: "POST",
      path,
      body,
    });
    setBusy(false);
    setOutcome(
      answer.ok ? told(answer.value.body) : { good: false, text: why(path, answer.error) },
    );
  };
  const mail = () =>
    attempt(`${ADMIN}/mail/test`, { to: address().trim() }, () => ({
      good: true,
      text: word("mailWorks", { address: address().trim() }),
    }));
  const directory = () =>
    attempt(`${ADMIN}/directory/test`, {}, (answer) => ({
      good: true,
      text: word("directoryWorks", { count: (answer as { people: number }).people }),
    }));
  const turn = () =>
    attempt(TURN, {}, (answer) => {
      const { relays } = answer as { relays: readonly Relay[] };
      const good = relays.every(({ error }) => !error);
      const lines = relays.map(({ uri, address, error }) => `${uri} — ${error ?? address}`);
      return { good, text: word(good ? "turnWorks" : "turnFails"), lines };
    });
  const push = () =>
    attempt(PUSH, {}, (answer) => {
      const { status } = answer as { status: number | null };
      if (status !== null && status < 300) return { good: true, text: word("pushWorks") };
      if (status === null) return { good: false, text: word("pushAway") };
      return { good: false, text: word("pushRefused", { status }) };
    });
  return (
    <section class="admin-part" aria-label={word("trials")}>
      <h3>{word("trials")}</h3>
      <form
        class="admin-bar"
        onSubmit={(event) => {
          event.preventDefault();
          mail();
        }}
      >
        <TextField
          label={word("trialAddress")}
          type="email"
          value={address()}
          onInput={setAddress}
          autocomplete="email"
        />
        <Button type="submit" look="quiet" icon="send" disabled={busy() || !address().trim()}>
          {word("tryMail")}
        </Button>
        <Button look="quiet" icon="people" disabled={busy()} onClick={directory}>
          {word("tryDirectory")}
        </Button>
        <Button look="quiet" icon="mic" disabled={busy()} onClick={turn}>
          {word("tryTurn")}
        </Button>
        <Button look="quiet" icon="bell" disabled={busy()} onClick={push}>
          {word("tryPush")}
        </Button>
      </form>
      <div aria-live="polite">
        <Show when={outcome()}>
          {(found) => (
            <NoticeBox {...(found().good ? { icon: "check" as const } : { look: "warn" as const })}>
              {found().text}
              <Show when={found().lines}>
                {(lines) => (
                  <ul class="admin-lines">
                    <For each={lines()}>{(line) => <li>{line}</li>}</For>
                  </ul>
                )}
              </Show>
            </NoticeBox>
          )}
        </Show>
      </div>
    </section>
  );
}
