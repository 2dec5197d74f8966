import { createSignal, For, onMount, Show } from "solid-js";
import { open, type ReadShare, readShare } from "../../base/custody";
import { writeRecoveryKey } from "../../base/recovery-key";
import { Button, NoticeBox, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { ADMIN, useServer } from "./ask";
import type { Custody, Inspection } from "./data";
import { useCalled } from "./Who";
import { word } from "./words";

interface Given {
  key_id: string;
  version: string;
  sealed: string;
}

/** Opens somebody's sealed key by the shares of enough officers, in this browser alone. */
export function OpenKey(props: { inspection: Inspection; onClose: () => void }) {
  const server = useServer();
  const whose = useCalled(() => props.inspection.target);
  const [given, setGiven] = createSignal<Given & Custody>();
  const [shares, setShares] = createSignal<readonly string[]>([]);
  const [key, setKey] = createSignal<string>();
  const [wrong, setWrong] = createSignal(false);
  onMount(async () => {
    const found = await server.call<{ custody: Custody | null }>("GET", `${ADMIN}/custody`);
    const id = encodeURIComponent(props.inspection.inspection_id);
    const path = `${ADMIN}/inspections/${id}/sealed_key`;
    const sealed = found && (await server.call<Given>("POST", path, {}));
    if (!found?.custody || sealed?.key_id !== found.custody.key_id) return;
    setShares(Array(found.custody.threshold).fill(""));
    setGiven({ ...found.custody, ...sealed });
  });
  const read = () => shares().map(readShare);
  const isWhole = () => read().every((share) => share !== null);
  const unlock = async () => {
    const { public_key, sealed, version } = given() as Given & Custody;
    const context = `${props.inspection.target} ${version}`;
    const found = await open(public_key, read() as ReadShare[], sealed, context);
    setWrong(found === null);
    if (found) setKey(writeRecoveryKey(found));
  };
  return (
    <Dialog
      open
      title={word("openKeyOf", { name: whose() })}
      onClose={props.onClose}
      footer={
        <Show when={given() && !key()}>
          <Button look="primary" disabled={!isWhole()} onClick={unlock}>
            {word("openKey")}
          </Button>
        </Show>
      }
    >
      <Show
        when={key()}
        fallback={
          <Show when={given()} fallback={<p>{word("noSealedKey")}</p>}>
            <div class="admin-form">
              <p>{word("openKeyText")}</p>
              <For each={shares().map((_, index) => index)}>
                {(index) => (
                  <TextField
                    label={word("shareNumber", { number: index + 1 })}
                    value={shares()[index] ?? ""}
                    onInput={(text) => setShares(shares().with(index, text))}
                    {...(shares()[index] && !read()[index] && { error: word("notAShare") })}
                  />
                )}
              </For>
              <Show when={wrong()}>
                <NoticeBox look="bad">{word("sharesWrong")}</NoticeBox>
              </Show>
            </div>
          </Show>
        }
      >
        <p>{word("keyOpened")}</p>
        <output class="admin-secret" aria-label={word("recoveryKeyOf")}>
          {key()}
        </output>
      </Show>
    </Dialog>
  );
}
