import {
  createEffect,
  createResource,
  createSignal,
  For,
  Match,
  onMount,
  Show,
  Switch,
} from "solid-js";
import type { Failure } from "../../base/errors";
import { useClient, useValue } from "../../bridge/client";
import { ask } from "../../ui/Confirm";
import { Button, IconButton, NoticeBox, TextField } from "../../ui/controls";
import { language, setLanguage } from "../../ui/preferences";
import { whyFailed } from "../../ui/uiWords";
import { Face } from "../people";
import { browserOf, homeserverOf, userOf } from "./data";
import { Label } from "./Label";
import { Logo } from "./Logo";
import { goToPages, takeToken } from "./sso";
import "./view.css";
import { word } from "./words";

/** The way in: signing in, registering, and the lock. */
export default function SignInView() {
  const session = useValue("session", () => null);
  return (
    <main class="signin">
      <div class="signin-card">
        <Logo />
        <Switch>
          <Match when={session()?.phase === "locked"}>
            <Lock />
          </Match>
          <Match when={session()?.phase === "signedOut"}>
            <Entry />
          </Match>
        </Switch>
      </div>
      <div class="signin-language">
        <button
          type="button"
          class="button"
          onClick={() => setLanguage(language() === "ru" ? "en" : "ru")}
        >
          {language() === "ru" ? "English" : "Русский"}
        </button>
      </div>
    </main>
  );
}

function Entry() {
  const client = useClient();
  const session = useValue("session", () => null);
  const [address, setAddress] = createSignal("");
  const [changing, setChanging] = createSignal(false);
  const [user, setUser] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [token, setToken] = createSignal("");
  const [code, setCode] = createSignal<string>();
  const [seen, setSeen] = createSignal(false);
  const [registering, setRegistering] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();

  const homeserver = () => homeserverOf(address(), location.origin);
  const [server] = createResource(homeserver, async (url) =>
    client.command("session.server", { homeserver: url }),
  );
  const known = () => {
    const answer = server();
    return answer?.ok ? answer.value : undefined;
  };
  const former = () => {
    const view = session();
    return view?.phase === "signedOut" ? view : undefined;
  };
  createEffect(() => {
    const before = former();
    if (before?.homeserver && before.homeserver !== location.origin) setAddress(before.homeserver);
    if (before?.userId) setUser(before.userId);
  });

  const deviceName = () => word("device", { browser: browserOf(navigator.userAgent) });
  onMount(async () => {
    const back = takeToken();
    if (!back) return;
    setBusy(true);
    const answer = await client.command("session.signInByToken", {
      ...back,
      deviceName: deviceName(),
    });
    setBusy(false);
    if (!answer.ok) setProblem(whyFailed(answer.error));
  });

  const enter = async (name: string, secret: string) => {
    setBusy(true);
    setProblem(undefined);
    const common = {
      homeserver: homeserver(),
      user: userOf(name),
      password: secret,
      deviceName: deviceName(),
    };
    const given = code()?.trim();
    const answer = registering()
      ? await client.command(
          "session.register",
          token() ? { ...common, token: token().trim() } : common,
        )
      : await client.command("session.signIn", given ? { ...common, code: given } : common);
    setBusy(false);
    if (answer.ok) return;
    if (answer.error.code === "ORG.DEPESHA.CODE_NEEDED") {
      setUser(name);
      setPassword(secret);
      setCode("");
      return;
    }
    if (given && answer.error.code === "M_FORBIDDEN") {
      setProblem(word("wrongCode"));
      return;
    }
    const wrong = !registering() && answer.error.code === "M_FORBIDDEN";
    setProblem(wrong ? word("wrong") : whyFailed(answer.error));
  };
  const mayRegister = () => (known()?.registration ?? "closed") !== "closed";
  const tooShort = () => registering() && password().length > 0 && password().length < 8;

  return (
    <Show
      when={code() === undefined}
      fallback={
        <SecondFactor
          code={code() ?? ""}
          onInput={setCode}
          problem={problem()}
          busy={busy()}
          onGo={() => enter(user(), password())}
          onBack={() => {
            setCode(undefined);
            setProblem(undefined);
          }}
        />
      }
    >
      <h1>{registering() ? word("registerTitle") : word("title")}</h1>
      <Show when={former()?.reason}>
        {(reason) => (
          <NoticeBox>{whyEnded(reason(), { isKept: former()?.userId !== undefined })}</NoticeBox>
        )}
      </Show>
      <form
        class="signin-form"
        onSubmit={(event) => {
          event.preventDefault();
          enter(user(), password());
        }}
      >
        <Show
          when={changing()}
          fallback={
            <p class="signin-server">
              <span class="ellipsis">{known()?.serverName ?? new URL(homeserver()).host}</span>
              <button type="button" onClick={() => setChanging(true)}>
                {word("changeServer")}
              </button>
            </p>
          }
        >
          <TextField
            label={word("server")}
            type="text"
            inputmode="url"
            placeholder={location.origin}
            value={address()}
            onInput={() => undefined}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
        </Show>
        <Show when={server() && !known()}>
          <NoticeBox look="bad">{word("serverUnreachable", { name: homeserver() })}</NoticeBox>
        </Show>
        <TextField
          label={word("user")}
          value={user()}
          onInput={setUser}
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          placeholder={word("userHint")}
          required
        />
        <div class="field-row">
          <TextField
            label={word("password")}
            type={seen() ? "text" : "password"}
            value={password()}
            onInput={setPassword}
            autocomplete={registering() ? "new-password" : "current-password"}
            note={tooShort() ? word("passwordShort") : undefined}
            required
          />
          <IconButton
            icon="eye"
            on={seen()}
            label={seen() ? word("hidePassword") : word("showPassword")}
            onClick={() => setSeen(!seen())}
          />
        </div>
        <Show when={registering() && known()?.registration === "token"}>
          <TextField
            label={word("token")}
            note={word("tokenHint")}
            value={token()}
            onInput={setToken}
            autocomplete="off"
            required
          />
        </Show>
        <Show when={registering()}>
          <Label homeserver={known()?.homeserver ?? homeserver()} />
        </Show>
        <Show when={problem()}>
          <NoticeBox look="bad">{problem()}</NoticeBox>
        </Show>
        <Button type="submit" look="primary" wide busy={busy()}>
          {registering() ? word("register") : word("signIn")}
        </Button>
        <Show when={!registering() && known()?.forgot}>
          {(page) => (
            <a class="signin-forgot" href={page()}>
              {word("forgotPassword")}
            </a>
          )}
        </Show>
        <Show when={!registering() && known()?.sso}>
          {(sso) => (
            <OtherWays
              providers={sso().providers}
              onGo={(provider) => goToPages(known()?.homeserver ?? homeserver(), provider)}
            />
          )}
        </Show>
        <Show when={mayRegister()}>
          <Button
            wide
            onClick={() => {
              setRegistering(!registering());
              setProblem(undefined);
            }}
          >
            {registering() ? word("toSignIn") : word("toRegister")}
          </Button>
        </Show>
      </form>
      <Show when={(known()?.demo.length ?? 0) > 0}>
        <section class="signin-demo" aria-label={word("demo")}>
          <h2>{word("demo")}</h2>
          <ul>
            <For each={known()?.demo}>
              {(person) => (
                <li>
                  <button
                    type="button"
                    class="row"
                    disabled={busy()}
                    onClick={() => enter(person.userId, DEMO_PASSWORD)}
                  >
                    <Face id={person.userId} name={person.name} size="s" />
                    <span class="row-text">
                      <span class="ellipsis">{person.name}</span>
                      <Show when={person.post && person.post !== person.name}>
                        <small class="ellipsis">{person.post}</small>
                      </Show>
                    </span>
                  </button>
                </li>
              )}
            </For>
          </ul>
        </section>
      </Show>
    </Show>
  );
}

/** What is told of a session that has ended; `isKept`: the archive is still on this device. */
function whyEnded(reason: Failure, { isKept }: { isKept: boolean }): string {
  if (reason.code !== "M_UNKNOWN_TOKEN") return whyFailed(reason);
  if (isKept) return word("ended");
  const isDisabled = reason.fields?.["org.depesha.reason"] === "disabled";
  return word(isDisabled ? "endedDisabled" : "endedWiped");
}

/** Through the institution's provider, or by a passkey on the server's own page. */
function OtherWays(props: {
  providers: readonly { id: string; name: string }[];
  onGo: (provider?: string) => void;
}) {
  return (
    <>
      <p class="signin-or">{word("or")}</p>
      <For each={props.providers}>
        {(provider) => (
          <Button wide icon="shield" onClick={() => props.onGo(provider.id)}>
            {word("signInWith", { name: provider.name })}
          </Button>
        )}
      </For>
      <Button wide icon="key" onClick={() => props.onGo()}>
        {word("otherWay")}
      </Button>
    </>
  );
}

/** The second step: the code of a program, or a recovery code. */
function SecondFactor(props: {
  code: string;
  onInput: (code: string) => void;
  problem: string | undefined;
  busy: boolean;
  onGo: () => void;
  onBack: () => void;
}) {
  let form!: HTMLFormElement;
  onMount(() => form.querySelector("input")?.focus());
  return (
    <>
      <h1>{word("codeTitle")}</h1>
      <form
        ref={form}
        class="signin-form"
        onSubmit={(event) => {
          event.preventDefault();
          props.onGo();
        }}
      >
        <TextField
          label={word("code")}
          note={word("codeNote")}
          autocomplete="one-time-code"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={20}
          value={props.code}
          onInput={props.onInput}
          error={props.problem}
          required
        />
        <Button
          type="submit"
          look="primary"
          wide
          busy={props.busy}
          disabled={props.code.trim().length < 6}
        >
          {word("signIn")}
        </Button>
        <Button wide onClick={props.onBack}>
          {word("backToPassword")}
        </Button>
      </form>
    </>
  );
}

/** Printed by the server at its start: the demo institution listens on its own machine only. */
const DEMO_PASSWORD = "demo-institution";

function Lock() {
  const client = useClient();
  const [pin, setPin] = createSignal("");
  const [problem, setProblem] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const unlock = async () => {
    setBusy(true);
    const answer = await client.command("session.unlock", { pin: pin() });
    setBusy(false);
    if (answer.ok) return;
    setPin("");
    const { code, retryAfterMs } = answer.error;
    const seconds = Math.ceil((retryAfterMs ?? 0) / 1000);
    if (code !== "wrongPin") setProblem(whyFailed(answer.error));
    else setProblem(seconds > 0 ? word("wrongPinWait", { count: seconds }) : word("wrongPin"));
  };
  const wipe = async () => {
    const yes = await ask({
      title: word("forgotTitle"),
      text: word("forgotText"),
      yes: word("wipe"),
      danger: true,
    });
    if (yes !== null) await client.command("session.signOut", { wipe: true });
  };
  return (
    <>
      <h1>{word("locked")}</h1>
      <form
        class="signin-form"
        onSubmit={(event) => {
          event.preventDefault();
          unlock();
        }}
      >
        <TextField
          label={word("pin")}
          type="password"
          inputmode="numeric"
          autocomplete="off"
          autofocus
          value={pin()}
          onInput={setPin}
          error={problem()}
        />
        <Button type="submit" look="primary" wide busy={busy()} disabled={pin().length < 4}>
          {word("unlock")}
        </Button>
        <Button wide onClick={wipe}>
          {word("forgotPin")}
        </Button>
      </form>
    </>
  );
}
