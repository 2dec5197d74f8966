import { createSignal, For, Match, Show, Suspense, Switch } from "solid-js";
import { useClient, useList, useValue } from "../../bridge/client";
import type { Args } from "../../bridge/protocol";
import type { VerificationView } from "../../engine/records";
import { Button } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { orTell } from "../../ui/toasts";
import { CodePicture, ScanDialog } from "../codes";
import "./view.css";
import { word } from "./words";

/** The verification under way, wherever the person is. */
export default function Verification() {
  const list = useList("verifications", () => null);
  const [closed, setClosed] = createSignal<ReadonlySet<string>>(new Set());
  const shown = () =>
    list
      .order()
      .flatMap((id) => list.row(id) ?? [])
      .find((one) => !closed().has(one.id));
  return (
    <Show when={shown()}>
      {(one) => <Steps one={one()} onClose={() => setClosed(new Set([...closed(), one().id]))} />}
    </Show>
  );
}

function Steps(props: { one: VerificationView; onClose: () => void }) {
  const client = useClient();
  const session = useValue("session", () => null);
  const person = useValue("person", () => ({ userId: props.one.userId }));
  const isOwn = () => {
    const view = session();
    return view?.phase === "signedIn" && view.userId === props.one.userId;
  };
  const act = (what: Args<"verification.act">["act"]) =>
    orTell(client.command("verification.act", { id: props.one.id, act: what }));
  const [scanning, setScanning] = createSignal(false);
  const scanned = async ({ bytes }: { bytes: Uint8Array }) => {
    const args = { id: props.one.id, act: "scanned", qr: bytes } as const;
    const answer = await client.command("verification.act", args);
    if (!answer.ok) return word("wrongCode");
    setScanning(false);
    return undefined;
  };
  const over = () => props.one.phase === "done" || props.one.phase === "cancelled";
  const close = () => {
    if (!over()) act("cancel");
    props.onClose();
  };
  return (
    <>
      <Dialog open size="s" title={word("verifyTitle")} onClose={close} footer={<Buttons />}>
        <Switch>
          <Match when={props.one.phase === "requested" && props.one.incoming}>
            <p>
              {isOwn()
                ? word("verifyIncomingOwn")
                : word("verifyIncoming", { name: person()?.name ?? props.one.userId })}
            </p>
          </Match>
          <Match when={props.one.phase === "requested"}>
            <p>{word("verifyWaiting")}</p>
          </Match>
          <Match when={props.one.phase === "ready"}>
            <p>{word(props.one.qrPicture ? "verifyScan" : "verifyReady")}</p>
            <Show when={props.one.qrPicture}>
              {(picture) => <CodePicture {...picture()} label={word("codeToScan")} />}
            </Show>
          </Match>
          <Match when={props.one.phase === "qr"}>
            <p>{word("verifyScanned")}</p>
          </Match>
          <Match when={props.one.phase === "emoji"}>
            <p>{word("compareText")}</p>
            <ol class="verify-emoji">
              <For each={props.one.emoji}>{(emoji) => <li>{emoji.symbol}</li>}</For>
            </ol>
          </Match>
          <Match when={props.one.phase === "confirming"}>
            <p>{word("confirming")}</p>
          </Match>
          <Match when={props.one.phase === "done"}>
            <p>{word("verifyDone")}</p>
          </Match>
          <Match when={props.one.phase === "cancelled"}>
            <p>
              {word("verifyCancelled")} {props.one.reason ?? ""}
            </p>
          </Match>
        </Switch>
      </Dialog>
      <Suspense>
        <Show when={scanning() && props.one.phase === "ready"}>
          <ScanDialog
            title={word("scanTheirs")}
            onFound={scanned}
            onClose={() => setScanning(false)}
          />
        </Show>
      </Suspense>
    </>
  );

  function Buttons() {
    return (
      <Switch
        fallback={
          <Button look="quiet" onClick={close}>
            {word("cancel")}
          </Button>
        }
      >
        <Match when={over()}>
          <Button look="primary" onClick={props.onClose}>
            {word("ok")}
          </Button>
        </Match>
        <Match when={props.one.phase === "requested" && props.one.incoming}>
          <Button look="quiet" onClick={close}>
            {word("decline")}
          </Button>
          <Button look="primary" onClick={() => act("accept")}>
            {word("accept")}
          </Button>
        </Match>
        <Match when={props.one.phase === "qr"}>
          <Button look="danger" onClick={close}>
            {word("notScanned")}
          </Button>
          <Button look="primary" onClick={() => act("confirm")}>
            {word("scanned")}
          </Button>
        </Match>
        <Match when={props.one.phase === "ready"}>
          <Button look="quiet" onClick={close}>
            {word("cancel")}
          </Button>
          <Show when={props.one.canScan}>
            <Button look="quiet" icon="camera" onClick={() => setScanning(true)}>
              {word("scanTheirs")}
            </Button>
          </Show>
          <Button look="primary" onClick={() => act("emoji")}>
            {word("compareEmoji")}
          </Button>
        </Match>
        <Match when={props.one.phase === "emoji"}>
          <Button look="danger" onClick={() => act("mismatch")}>
            {word("mismatch")}
          </Button>
          <Button look="primary" onClick={() => act("confirm")}>
            {word("match")}
          </Button>
        </Match>
      </Switch>
    );
  }
}
