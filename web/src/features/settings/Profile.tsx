import { createEffect, createMemo, createSignal, For, on, Show } from "solid-js";
import { useClient, useValue } from "../../bridge/client";
import { Button, TextField } from "../../ui/controls";
import { writePlace } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { showCode } from "../codes";
import { Face } from "../people";
import { STATUS_ENDS, type StatusEnd, statusEnd } from "./data";
import { word } from "./words";

/** My name, photo and status, as others see them. */
export function Profile() {
  const client = useClient();
  const session = useValue("session", () => null);
  const me = () => {
    const view = session();
    return view?.phase === "signedIn" ? view.userId : undefined;
  };
  const person = useValue("person", () => {
    const userId = me();
    return userId ? { userId } : undefined;
  });
  const [name, setName] = createSignal("");
  const [status, setStatus] = createSignal("");
  const [end, setEnd] = createSignal<StatusEnd>("endNever");
  const [busy, setBusy] = createSignal(false);
  let picker!: HTMLInputElement;
  // Only what changed is filled in: other news of the person leave what is being typed.
  const knownName = createMemo(() => person()?.name ?? "");
  const knownStatus = createMemo(() => person()?.status ?? "");
  createEffect(on(knownName, setName));
  createEffect(on(knownStatus, setStatus));
  const save = async () => {
    setBusy(true);
    const until = statusEnd(end(), Date.now());
    const answer = await client.command("profile.set", {
      name: name().trim(),
      status: status().trim(),
      ...(status().trim() && until !== undefined ? { until } : {}),
    });
    setBusy(false);
    if (answer.ok) tell(word("saved"));
    else await orTell(Promise.resolve(answer));
  };
  const setPhoto = (avatar: Blob | null) => orTell(client.command("profile.set", { avatar }));
  return (
    <form
      class="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div class="picture-row">
        <Face id={me() ?? ""} name={person()?.name ?? ""} avatar={person()?.avatar} size="xl" />
        <div>
          <Button look="quiet" icon="camera" onClick={() => picker.click()}>
            {word("changePhoto")}
          </Button>
          <Show when={person()?.avatar}>
            <Button look="danger" onClick={() => setPhoto(null)}>
              {word("removePhoto")}
            </Button>
          </Show>
        </div>
        <input
          ref={picker}
          type="file"
          accept="image/*"
          hidden
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) setPhoto(file);
          }}
        />
      </div>
      <TextField
        label={word("name")}
        value={name()}
        onInput={setName}
        autocomplete="name"
        maxLength={255}
      />
      <TextField
        label={word("status")}
        placeholder={word("statusHint")}
        value={status()}
        onInput={setStatus}
        maxLength={200}
      />
      <Show when={status().trim()}>
        <div class="field">
          <label for="status-end">{word("statusEnd")}</label>
          <select
            id="status-end"
            class="input"
            value={end()}
            onChange={(event) => setEnd(event.currentTarget.value as StatusEnd)}
          >
            <For each={STATUS_ENDS}>{(one) => <option value={one}>{word(one)}</option>}</For>
          </select>
        </div>
      </Show>
      <p class="field-note">
        {word("address")}: <span class="selectable">{me()}</span>
      </p>
      <div>
        <Button
          look="quiet"
          icon="qr"
          onClick={() => showCode(person()?.name ?? "", writePlace(["user", me() ?? ""]))}
        >
          {word("myCode")}
        </Button>
      </div>
      <div>
        <Button type="submit" look="primary" busy={busy()}>
          {word("save")}
        </Button>
      </div>
    </form>
  );
}
