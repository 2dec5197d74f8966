import { createEffect, ErrorBoundary, lazy, Match, Suspense, Switch } from "solid-js";
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

function Splash() {
  return (
    <main class="splash" aria-busy="true">
      <span class="spinner" />
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
