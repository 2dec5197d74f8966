import { createSignal, For, Show } from "solid-js";
import { weekday } from "../../base/format";
import { useClient, useValue } from "../../bridge/client";
import {
  canPush,
  type Hindrance,
  pushChoice,
  tryPush,
  turnOffPush,
  turnOnPush,
} from "../../bridge/push";
import { Button, Segments, Switch, TextField } from "../../ui/controls";
import { now } from "../../ui/now";
import { language, setSound, sound } from "../../ui/preferences";
import { isQuiet, ownZone, QUIET, type QuietHours, readQuiet } from "../../ui/quiet";
import { orTell } from "../../ui/toasts";
import { whyFailed } from "../../ui/uiWords";
import { Rules } from "./Rules";
import { word } from "./words";

type Permission = NotificationPermission | "none";

const present = (): Permission => ("Notification" in window ? Notification.permission : "none");

/** Notifications of this browser: allowed or not, open and closed, and why nothing comes. */
export function Notifications() {
  const client = useClient();
  const session = useValue("session", () => null);
  const me = () => {
    const view = session();
    return view?.phase === "signedIn" ? view.userId : "";
  };
  const [permission, setPermission] = createSignal<Permission>(present());
  const [chosen, setChosen] = createSignal(0);
  const [busy, setBusy] = createSignal(false);
  const [told, setTold] = createSignal<Hindrance | "works">();
  const choice = () => {
    chosen();
    return me() ? pushChoice(me()) : undefined;
  };
  const words = {
    granted: "desktopOn",
    default: "desktopAsk",
    denied: "desktopDenied",
    none: "desktopNone",
  } as const;

  const allow = async () => {
    setPermission(await Notification.requestPermission());
    if (permission() === "granted" && canPush()) await turn({ on: true, hidden: false });
  };
  /** Turned on or off; what stands in the way is told, and the choice stays to be tried again. */
  const turn = async ({ on, hidden }: { on: boolean; hidden: boolean }) => {
    setBusy(true);
    setTold(undefined);
    if (on) setTold(await turnOnPush(client, { userId: me(), lang: language(), hidden }));
    else await turnOffPush(client);
    setChosen((times) => times + 1);
    setBusy(false);
  };
  const test = async () => {
    setBusy(true);
    setTold(undefined);
    setTold((await tryPush(client, me())) ?? "works");
    setBusy(false);
  };

  return (
    <div class="settings-form">
      <div class="setting-line">
        <span>
          {word("desktop")}
          <small>{word(words[permission()])}</small>
        </span>
        <Show when={permission() === "default"}>
          <Button look="primary" onClick={allow}>
            {word("allow")}
          </Button>
        </Show>
      </div>
      <Show when={permission() === "granted" && canPush()}>
        <Switch
          label={word("pushClosed")}
          note={word("pushClosedNote")}
          checked={choice() !== undefined}
          disabled={busy()}
          onChange={(on) => turn({ on, hidden: false })}
        />
        <Show when={choice()}>
          {(made) => (
            <Switch
              label={word("pushText")}
              note={word("pushTextNote")}
              checked={!made().hidden}
              disabled={busy()}
              onChange={(shown) => turn({ on: true, hidden: !shown })}
            />
          )}
        </Show>
      </Show>
      <Switch label={word("sound")} checked={sound()} onChange={setSound} />
      <Quiet />
      <div class="setting-line">
        <span>
          {word("pushTest")}
          <small role="status">
            <Show when={told()} fallback={word("pushTestNote")}>
              {(result) => tellResult(result())}
            </Show>
          </small>
        </span>
        <Button look="quiet" busy={busy()} onClick={test}>
          {word("test")}
        </Button>
      </div>
      <Rules />
    </div>
  );
}

/** Days as `Date` numbers them, in the order of a working week. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;

/** Hours in which nothing rings, the same on all devices. */
function Quiet() {
  const client = useClient();
  const stored = useValue("account", () => ({ type: QUIET }));
  const hours = () => readQuiet(stored());
  const set = (change: Partial<QuietHours>) =>
    orTell(client.command("account.set", { type: QUIET, content: { ...hours(), ...change } }));
  return (
    <section>
      <Switch
        label={word("quiet")}
        note={word("quietNote")}
        checked={hours().on}
        onChange={(on) => set({ on, zone: ownZone() })}
      />
      <Show when={hours().on}>
        <Segments
          label={word("quietShow")}
          value={hours().show}
          options={[
            { value: "none", label: word("quietNone") },
            { value: "silent", label: word("quietSilent") },
          ]}
          onChange={(show) => set({ show })}
        />
        <div class="quiet-hours">
          <TextField
            label={word("quietFrom")}
            type="time"
            value={hours().from}
            onInput={(from) => from && set({ from })}
          />
          <TextField
            label={word("quietUntil")}
            type="time"
            value={hours().until}
            onInput={(until) => until && set({ until })}
          />
        </div>
        <Show when={hours().zone !== ownZone()}>
          <div class="setting-line">
            <span>
              {word("quietZone", { zone: hours().zone })}
              <small>{word("quietZoneHere", { zone: ownZone() })}</small>
            </span>
            <Button look="quiet" onClick={() => set({ zone: ownZone() })}>
              {word("quietUseZone")}
            </Button>
          </div>
        </Show>
        <fieldset class="quiet-days">
          <legend class="field-label">{word("quietDays")}</legend>
          <For each={WEEK}>
            {(day) => (
              <label>
                <input
                  type="checkbox"
                  checked={hours().days.includes(day)}
                  onChange={(event) =>
                    set({
                      days: event.currentTarget.checked
                        ? [...hours().days, day]
                        : hours().days.filter((other) => other !== day),
                    })
                  }
                />
                <span>{weekday(language(), day)}</span>
              </label>
            )}
          </For>
        </fieldset>
        <Show when={isQuiet(hours(), new Date(now()))}>
          <p class="field-note" role="status">
            {word("quietNow")}
          </p>
        </Show>
      </Show>
    </section>
  );
}

function tellResult(result: Hindrance | "works"): string {
  if (result === "works") return word("pushWorks");
  switch (result.step) {
    case "browser":
      return word("desktopNone");
    case "permission":
      return word(Notification.permission === "denied" ? "desktopDenied" : "pushNoPermission");
    case "off":
      return word("pushIsOff");
    case "worker":
      return word("pushNoWorker");
    case "subscription":
      return word("pushNoSubscription", { message: result.message });
    case "pusher":
      return word("pushNoPusher");
    case "server":
      return word("pushNoServer", { why: whyFailed(result.failure) });
    case "unreachable":
      return word("pushUnreachable");
    case "refused":
      return word("pushRefused", { status: result.status });
  }
}
