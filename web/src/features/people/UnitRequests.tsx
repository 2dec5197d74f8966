import { createMemo, createResource, createSignal, For, Show } from "solid-js";
import { ago } from "../../base/format";
import { useClient, useList, useValue } from "../../bridge/client";
import type { EmployeeRecord, UnitInvitesView } from "../../engine/records";
import { Button, TextField } from "../../ui/controls";
import { Icon } from "../../ui/icons";
import { now } from "../../ui/now";
import { language } from "../../ui/preferences";
import { chatPlace } from "../../ui/router";
import { orTell, tell } from "../../ui/toasts";
import { Asker } from "./Asker";
import { useName } from "./names";
import { PersonRow } from "./Tree";
import { deciderOf } from "./units";
import { word } from "./words";

const REQUESTS = "/_depesha/v1/unit_invites";
type Asked = UnitInvitesView["incoming"][number];
type Own = UnitInvitesView["outgoing"][number];

function useUnit(id: () => number) {
  const institution = useValue("institution", () => null);
  const units = () => institution()?.units ?? [];
  const name = () => units().find((unit) => unit.id === id())?.name ?? word("someUnit");
  return { name, decider: () => deciderOf(units(), id()) };
}

/** A request to invite the people of a unit that one manages, or stands in for who does. */
export function AskedUnit(props: { one: Asked }) {
  const client = useClient();
  const unit = useUnit(() => props.one.unitId);
  const [choosing, setChoosing] = createSignal<"people" | "reason">();
  const manager = useName(() => props.one.inPlaceOf);
  const note = () => {
    const name = props.one.roomName || word("someChat");
    const when = ago(language(), props.one.ts, now());
    const asked = { unit: unit.name(), name, ago: when };
    return props.one.inPlaceOf
      ? word("unitAskedDeputy", { ...asked, manager: manager() })
      : word("unitAskedFor", asked);
  };
  const act = (how: "approve" | "refuse", body: object) =>
    orTell(
      client.command("own.call", {
        method: "POST",
        path: `${REQUESTS}/${encodeURIComponent(props.one.id)}/${how}`,
        body,
      }),
    );
  const approve = async (users: readonly string[]) => {
    const done = await act("approve", { users });
    if (!done) return;
    const { invited, skipped } = done.body as { invited: string[]; skipped: string[] };
    const told = word("invited", { count: invited.length });
    tell(skipped.length > 0 ? `${told}. ${word("skipped", { count: skipped.length })}` : told);
  };
  return (
    <Asker who={props.one.sender} message={props.one.message} note={note()}>
      <Show when={choosing() === "people"}>
        <ChoosePeople
          unitId={props.one.unitId}
          onInvite={approve}
          onCancel={() => setChoosing(undefined)}
        />
      </Show>
      <Show when={choosing() === "reason"}>
        <Refuse
          onRefuse={(reason) => act("refuse", { reason })}
          onCancel={() => setChoosing(undefined)}
        />
      </Show>
      <Show when={!choosing()}>
        <Button look="primary" onClick={() => setChoosing("people")}>
          {word("unitApprove")}
        </Button>
        <Button look="quiet" onClick={() => setChoosing("reason")}>
          {word("decline")}
        </Button>
      </Show>
    </Asker>
  );
}

/** The people of a unit with boxes: of all, some may be taken out. */
function ChoosePeople(props: {
  unitId: number;
  onInvite: (users: readonly string[]) => Promise<void>;
  onCancel: () => void;
}) {
  const client = useClient();
  const own = useList("unit", () => ({ unitId: props.unitId }));
  const [below] = createResource(async () => {
    const answer = await client.command("org.people", { unitIds: [props.unitId] });
    return answer.ok ? answer.value.people : [];
  });
  /** Of the level itself first, oneself among them. */
  const all = createMemo(() => {
    const level = own.order().flatMap((id) => own.row(id) ?? []);
    const ids = new Set(level.map((person) => person.id));
    return [...level, ...(below() ?? []).filter((person) => !ids.has(person.id))];
  });
  const [left, setLeft] = createSignal<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = createSignal(false);
  const chosen = () => all().filter((person) => !left().has(person.id));
  const toggle = (person: EmployeeRecord) => {
    const next = new Set(left());
    if (!next.delete(person.id)) next.add(person.id);
    setLeft(next);
  };
  const isAll = () => chosen().length === all().length;
  const toggleAll = () => setLeft(new Set(isAll() ? all().map((person) => person.id) : []));
  const invite = async () => {
    setBusy(true);
    await props.onInvite(chosen().map((person) => person.id));
    setBusy(false);
  };
  return (
    <div class="unit-people">
      <label class="row">
        <input type="checkbox" checked={isAll()} onChange={toggleAll} />
        <span class="row-text">{word("everyone")}</span>
      </label>
      <ul>
        <For each={all()}>
          {(person) => (
            <li>
              <label class="row">
                <input
                  type="checkbox"
                  checked={!left().has(person.id)}
                  onChange={() => toggle(person)}
                />
                <PersonRow person={person} />
              </label>
            </li>
          )}
        </For>
      </ul>
      <div class="asker-buttons">
        <Button look="primary" busy={busy()} disabled={chosen().length === 0} onClick={invite}>
          {word("inviteCount", { count: chosen().length })}
        </Button>
        <Button look="quiet" onClick={() => props.onCancel()}>
          {word("cancel")}
        </Button>
      </div>
    </div>
  );
}

function Refuse(props: { onRefuse: (reason: string) => void; onCancel: () => void }) {
  const [reason, setReason] = createSignal("");
  return (
    <form
      class="request-form"
      onSubmit={(event) => {
        event.preventDefault();
        props.onRefuse(reason().trim());
      }}
    >
      <TextField
        label={word("refuseReason")}
        note={word("refuseNote")}
        maxLength={1000}
        value={reason()}
        onInput={setReason}
      />
      <div class="asker-buttons">
        <Button type="submit" look="primary">
          {word("refuseSend")}
        </Button>
        <Button look="quiet" onClick={() => props.onCancel()}>
          {word("cancel")}
        </Button>
      </div>
    </form>
  );
}

/** One's own requests to units, of a chat or of all. */
export function OwnUnits(props: { roomId?: string }) {
  const invites = useValue("unitInvites", () => null);
  const shown = () =>
    (invites()?.outgoing ?? []).filter((one) => !props.roomId || one.roomId === props.roomId);
  return (
    <Show when={shown().length > 0}>
      <ul class="unit-requests" aria-label={word("unitRequests")}>
        <For each={shown()}>{(one) => <OwnUnit one={one} withChat={!props.roomId} />}</For>
      </ul>
    </Show>
  );
}

function OwnUnit(props: { one: Own; withChat: boolean }) {
  const client = useClient();
  const chats = useList("chats", () => null);
  const unit = useUnit(() => props.one.unitId);
  const decider = useName(unit.decider);
  const state = () => {
    const { state: how, invited, reason } = props.one;
    if (how === "approved") return word("unitApproved", { count: invited });
    if (how === "refused") return reason ? word("unitRefusedWhy", { reason }) : word("unitRefused");
    const waits = word("waitsSince", { ago: ago(language(), props.one.ts, now()) });
    return unit.decider() ? `${word("requestDecider", { name: decider() })}. ${waits}` : waits;
  };
  const end = () =>
    orTell(
      client.command("own.call", {
        method: "DELETE",
        path: `${REQUESTS}/${encodeURIComponent(props.one.id)}`,
      }),
    );
  const icons = { waiting: "clock", approved: "check", refused: "close" } as const;
  return (
    <li class="asker">
      <Icon name={icons[props.one.state]} />
      <div class="asker-text">
        <strong>{unit.name()}</strong>
        <Show when={props.withChat && chats.row(props.one.roomId)}>
          {(chat) => (
            <small>
              <a href={chatPlace(chat().id)}>{chat().name}</a>
            </small>
          )}
        </Show>
        <small>{state()}</small>
      </div>
      <Button look="quiet" onClick={end}>
        {word(props.one.state === "waiting" ? "withdraw" : "putAway")}
      </Button>
    </li>
  );
}
