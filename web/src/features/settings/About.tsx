import { createResource, createSignal, For, onCleanup, Show } from "solid-js";
import { dayLabel, dayTime, fileSize } from "../../base/format";
import { useClient, useList, useValue } from "../../bridge/client";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { orTell } from "../../ui/toasts";
import { whyFailed } from "../../ui/uiWords";
import { saveFile } from "../timeline";
import { type Copy, DATA, type HeldData, type Texts } from "./held";
import { word } from "./words";

const said = (texts: Texts) => texts[language()];

/** What the institution's server holds about me, as it tells; a copy of it; and its end. */
export function About() {
  const client = useClient();
  const session = useValue("session", () => null);
  const [told, { refetch }] = createResource(() =>
    client.command("own.call", { method: "GET", path: DATA }),
  );
  const [label] = createResource(() =>
    client.command("own.call", { method: "GET", path: "/_depesha/v1/privacy" }),
  );
  const data = () => {
    const answer = told();
    return answer?.ok ? (answer.value.body as HeldData) : undefined;
  };
  const failure = () => {
    const answer = told();
    return answer && !answer.ok ? answer.error : undefined;
  };
  const givenTo = () => {
    const answer = label();
    return answer?.ok ? (answer.value.body as { given_to: Texts }).given_to : undefined;
  };
  const view = () => {
    const now_ = session();
    return now_?.phase === "signedIn" ? now_ : undefined;
  };
  return (
    <div class="settings-form">
      <section>
        <h3>{word("holds")}</h3>
        <p class="field-note">{word("holdsText")}</p>
        <p class="selectable">{view()?.userId}</p>
        <Show when={told.loading}>
          <span class="spinner" />
        </Show>
        <Show when={failure()}>
          {(why) => (
            <>
              <Known />
              <p class="field-note" role="status">
                {word("holdsFailed", { why: whyFailed(why()) })}
              </p>
              <Button look="quiet" icon="refresh" onClick={() => refetch()}>
                {word("tryAgain")}
              </Button>
            </>
          )}
        </Show>
        <Show when={data()}>{(held) => <Held data={held()} />}</Show>
      </section>
      <Show when={givenTo()}>
        {(texts) => (
          <section>
            <h3>{word("givenTo")}</h3>
            <p class="field-note">{said(texts())}</p>
            <p class="field-note">{word("noAds")}</p>
          </section>
        )}
      </Show>
      <Show when={data()}>
        <Copies />
        <Consent />
      </Show>
      <p class="field-note">
        {word("server")}: {view()?.homeserver}
      </p>
    </div>
  );
}

function Held(props: { data: HeldData }) {
  const { messages, files } = props.data;
  const day = (ts: number | null) => (ts === null ? "" : dayLabel(language(), ts, now()));
  return (
    <>
      <ul class="holds">
        <Show when={messages.count > 0}>
          <li>
            {word("holdsSaid", {
              count: messages.count,
              first: day(messages.first_ts),
              last: day(messages.last_ts),
            })}
          </li>
        </Show>
        <Show when={files.count > 0}>
          <li>
            {word("holdsFiles", { count: files.count, size: fileSize(language(), files.bytes) })}
          </li>
        </Show>
        <Show when={props.data.emails.length > 0}>
          <li>{word("holdsEmails", { emails: props.data.emails.join(", ") })}</li>
        </Show>
        <li>{word("holdsDevices", { count: props.data.devices.length })}</li>
      </ul>
      <Show when={props.data.messages_kept_days}>
        {(count) => <p class="field-note">{word("holdsDays", { count: count() })}</p>}
      </Show>
      <ul class="held-kinds">
        <For each={props.data.kinds}>
          {(kind) => (
            <li>
              <details>
                <summary>
                  <span>{said(kind.what)}</span>
                  <small>
                    {kind.count === 0
                      ? word("holdsNothing")
                      : word("holdsCount", { count: kind.count })}
                  </small>
                </summary>
                <p class="field-note">{word("holdsWhy", { purpose: said(kind.purpose) })}</p>
                <p class="field-note">{word("holdsKept", { kept: said(kind.kept) })}</p>
              </details>
            </li>
          )}
        </For>
      </ul>
    </>
  );
}

/** What this device knows by itself, where the server does not tell. */
function Known() {
  const devices = useList("devices", () => null);
  const chats = useList("chats", () => null);
  return (
    <ul class="holds">
      <li>{word("holdsPassword")}</li>
      <li>{word("holdsDevices", { count: devices.order().length })}</li>
      <li>{word("holdsChats", { count: chats.order().length })}</li>
      <li>{word("holdsMessages")}</li>
      <li>{word("holdsKeys")}</li>
      <li>{word("holdsBlocked")}</li>
    </ul>
  );
}

const LOOK_EVERY_MS = 3_000;

function Copies() {
  const client = useClient();
  const [copies, { refetch }] = createResource(async () => {
    const answer = await client.command("own.call", { method: "GET", path: `${DATA}/copies` });
    return answer.ok ? (answer.value.body as { copies: readonly Copy[] }).copies : [];
  });
  const [busy, setBusy] = createSignal(false);
  const looking = setInterval(() => {
    if (copies.latest?.some((copy) => !copy.ready)) refetch();
  }, LOOK_EVERY_MS);
  onCleanup(() => clearInterval(looking));
  const ask = async () => {
    setBusy(true);
    const path = `${DATA}/copies`;
    await orTell(client.command("own.call", { method: "POST", path, body: {} }));
    setBusy(false);
    refetch();
  };
  const save = async ({ path }: Copy) => {
    const found = await orTell(client.command("own.file", { path }));
    if (!found) return;
    const url = URL.createObjectURL(found.blob);
    saveFile(url, "my-data.zip");
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  return (
    <section>
      <h3>{word("copies")}</h3>
      <p class="field-note">{word("copiesText")}</p>
      <ul>
        <For each={copies.latest}>
          {(copy) => (
            <li class="setting-line">
              <span>
                {word("copyOf", { time: dayTime(language(), copy.asked_ts) })}
                <small>
                  {copy.ready
                    ? word("copyReady", {
                        time: dayTime(language(), copy.expires_ts),
                        size: fileSize(language(), copy.size),
                      })
                    : word("copyMaking")}
                </small>
              </span>
              <Show when={copy.ready}>
                <Button look="quiet" icon="download" onClick={() => save(copy)}>
                  {word("copySave")}
                </Button>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Button look="quiet" busy={busy()} onClick={ask}>
        {word("copyAsk")}
      </Button>
    </section>
  );
}

function Consent() {
  const client = useClient();
  const [asked, setAsked] = createSignal(false);
  const [password, setPassword] = createSignal("");
  const [problem, setProblem] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const close = () => {
    setAsked(false);
    setPassword("");
    setProblem(undefined);
  };
  const erase = async () => {
    setBusy(true);
    const path = `${DATA}/erase`;
    const answer = await client.command("own.call", {
      method: "POST",
      path,
      body: {},
      password: password(),
    });
    setBusy(false);
    if (!answer.ok) {
      const { code } = answer.error;
      setProblem(code === "M_FORBIDDEN" ? word("passwordWrong") : whyFailed(answer.error));
      return;
    }
    const receipt = new Blob([JSON.stringify(answer.value.body, null, 2)]);
    saveFile(URL.createObjectURL(receipt), "receipt.json");
    close();
  };
  return (
    <section>
      <h3>{word("consent")}</h3>
      <p class="field-note">{word("consentText")}</p>
      <Button look="danger" onClick={() => setAsked(true)}>
        {word("consent")}
      </Button>
      <Show when={asked()}>
        <Dialog
          open
          size="s"
          title={word("consentTitle")}
          onClose={close}
          footer={
            <>
              <Button look="quiet" onClick={close}>
                {word("cancel")}
              </Button>
              <Button
                look="danger primary"
                busy={busy()}
                disabled={password() === ""}
                onClick={erase}
              >
                {word("consentYes")}
              </Button>
            </>
          }
        >
          <p>{word("consentWarn")}</p>
          <TextField
            label={word("password")}
            type="password"
            autocomplete="current-password"
            value={password()}
            onInput={setPassword}
            error={problem()}
          />
        </Dialog>
      </Show>
    </section>
  );
}
