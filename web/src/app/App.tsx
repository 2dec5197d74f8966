import {
  createEffect,
  createSignal,
  ErrorBoundary,
  lazy,
  Match,
  onCleanup,
  Show,
  Suspense,
  Switch,
} from "solid-js";
import { type Client, ClientContext, useValue } from "../bridge/client";
import { turnOffPush } from "../bridge/push";
import { Codes } from "../features/codes";
import { PersonCards, Refusals, TakeIn } from "../features/people";
import { SignInView } from "../features/signin";
import { Confirm } from "../ui/Confirm";
import { Button, Empty } from "../ui/controls";
import { Toasts } from "../ui/toasts";
import "./view.css";
import { forgetRecent } from "./recent";
import { word } from "./words";

const Shell = lazy(() => import("./Shell"));

/** The application: the way in, or the chats. */
export function App(props: { client: Client }) {
  return (
    <ClientContext.Provider value={props.client}>
      <ErrorBoundary fallback={(error) => <Broken error={error} />}>
        <Phases />
      </ErrorBoundary>
      <TakeIn />
      <PersonCards />
      <Codes />
      <Refusals />
      <Confirm />
      <Toasts />
    </ClientContext.Provider>
  );
}

function Phases() {
  const session = useValue("session", () => null);
  createEffect(() => {
    document.title = word("app");
  });
  // While a person types their name: what comes next is then at hand.
  createEffect(() => {
    if (session()?.phase === "signedOut") void Shell.preload().catch(() => {});
  });
  // However the session ended: nobody is told any more of what was said to somebody else, nor where.
  createEffect(() => {
    const view = session();
    if (view?.phase !== "signedOut" || view.userId !== undefined) return;
    void turnOffPush();
    forgetRecent();
  });
  return (
    <Suspense fallback={<Splash />}>
      <Switch fallback={<Splash />}>
        <Match when={session()?.phase === "signedIn"}>
          <Shell />
        </Match>
        <Match when={session()?.phase === "signedOut" || session()?.phase === "locked"}>
          <SignInView />
        </Match>
      </Switch>
    </Suspense>
  );
}

/** After so long, in milliseconds, a wait is told of, and then a way out of it is shown. */
const TOLD_AFTER = [1_500, 10_000];

function Splash() {
  const [waited, setWaited] = createSignal(0);
  const timers = TOLD_AFTER.map((ms, at) => setTimeout(() => setWaited(at + 1), ms));
  onCleanup(() => timers.forEach(clearTimeout));
  return (
    <main class="splash" aria-busy="true">
      <div role="status">
        <span class="spinner" />
        <Show when={waited() > 0}>
          <p>{word(waited() > 1 ? "startingSlow" : "starting")}</p>
        </Show>
        <Show when={waited() > 1}>
          <Button onClick={() => location.reload()}>{word("reload")}</Button>
        </Show>
      </div>
    </main>
  );
}

function Broken(props: { error: unknown }) {
  return (
    <main class="splash">
      <Empty icon="error" title={word("failed")} text={word("failedText")}>
        <p class="field-note">
          {props.error instanceof Error ? props.error.message : String(props.error)}
        </p>
        <Button look="primary" onClick={() => location.reload()}>
          {word("reload")}
        </Button>
      </Empty>
    </main>
  );
}
