import { createSignal, createUniqueId, For, onMount, Show } from "solid-js";
import { fullTime } from "../../base/format";
import { Button, Segments, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { language } from "../../ui/preferences";
import { tell } from "../../ui/toasts";
import { ADMIN, useServer } from "./ask";
import { ByName } from "./ByName";
import { type Account, has, nameOf, pathOf, type Unit } from "./data";
import { FindPerson } from "./FindPerson";
import { NoticeFigures } from "./NoticeFigures";
import { type Notice, OFFICIAL } from "./notice";
import { me } from "./rights";
import { Who } from "./Who";
import { word } from "./words";

type Reach = "all" | "units" | "people";

/** What the institution tells everybody, some levels or some people, and how far it has come. */
export function Notices() {
  const server = useServer();
  const id = createUniqueId();
  const [kind, setKind] = createSignal<Notice["kind"]>("official");
  const [text, setText] = createSignal("");
  const [signed, setSigned] = createSignal("");
  const [reach, setReach] = createSignal<Reach>("all");
  const [chosenUnits, setChosenUnits] = createSignal<readonly number[]>([]);
  const [people, setPeople] = createSignal<readonly Account[]>([]);
  const [units, setUnits] = createSignal<readonly Unit[]>([]);
  const [sent, setSent] = createSignal<readonly Notice[]>([]);
  const [asking, setAsking] = createSignal(false);
  const [finding, setFinding] = createSignal(false);
  const [shown, setShown] = createSignal<Notice>();
  const load = async () => {
    const answer = await server.call<{ notices: Notice[] }>("GET", OFFICIAL);
    if (answer) setSent(answer.notices);
  };
  onMount(async () => {
    await load();
    if (!has(me(), "tree.read")) return;
    const tree = await server.call<{ units: Unit[] }>("GET", `${ADMIN}/org/units`);
    setUnits(tree?.units ?? []);
  });
  const reaches = (): { value: Reach; label: string }[] => [
    { value: "all", label: word("everybody") },
    ...(units().length > 0 ? [{ value: "units" as const, label: word("reachUnits") }] : []),
    ...(has(me(), "people.read") ? [{ value: "people" as const, label: word("reachPeople") }] : []),
  ];
  const whom = () => {
    if (reach() === "units") return { units: chosenUnits() };
    if (reach() === "people") return { users: people().map((one) => one.user_id) };
    return { all: true };
  };
  const names = () => {
    if (reach() === "units") return chosenUnits().map((unit) => pathOf(units(), unit));
    return reach() === "people" ? people().map(nameOf) : [word("everybody")];
  };
  /** What is to be written out before it leaves: the one name, or how many there are. */
  const target = () => {
    const all = names();
    return all.length === 1 ? (all[0] ?? "") : word("noticeCount", { count: all.length });
  };
  const send = async () => {
    setAsking(false);
    const body = { kind: kind(), body: text().trim(), signed: signed().trim(), ...whom() };
    if (!(await server.call("POST", OFFICIAL, body))) return;
    setText("");
    tell(word("noticeSent"));
    await load();
  };
  return (
    <>
      <form
        class="admin-form"
        onSubmit={(event) => {
          event.preventDefault();
          setAsking(true);
        }}
      >
        <Segments
          label={word("noticeKind")}
          value={kind()}
          options={[
            { value: "official", label: word("kind.official") },
            { value: "emergency", label: word("kind.emergency") },
          ]}
          onChange={setKind}
        />
        <Segments label={word("whom")} value={reach()} options={reaches()} onChange={setReach} />
        <Show when={reach() === "units"}>
          <div class="admin-chosen">
            <Chips
              labels={chosenUnits().map((unit) => ({ id: unit, label: pathOf(units(), unit) }))}
              onRemove={(unit) => setChosenUnits(chosenUnits().filter((each) => each !== unit))}
            />
            <select
              class="input"
              aria-label={word("addUnit")}
              value=""
              onChange={(event) => {
                const unit = Number(event.currentTarget.value);
                event.currentTarget.value = "";
                if (unit) setChosenUnits([...new Set([...chosenUnits(), unit])]);
              }}
            >
              <option value="">{word("addUnit")}</option>
              <For each={units()}>
                {(unit) => <option value={unit.unit_id}>{pathOf(units(), unit.unit_id)}</option>}
              </For>
            </select>
          </div>
        </Show>
        <Show when={reach() === "people"}>
          <div class="admin-chosen">
            <Chips
              labels={people().map((one) => ({ id: one.user_id, label: nameOf(one) }))}
              onRemove={(one) => setPeople(people().filter((each) => each.user_id !== one))}
            />
            <Button look="quiet" icon="personAdd" onClick={() => setFinding(true)}>
              {word("addPerson")}
            </Button>
          </div>
        </Show>
        <TextField
          label={word("signed")}
          note={word("signedNote")}
          maxLength={255}
          value={signed()}
          onInput={setSigned}
        />
        <div class="field">
          <label for={id}>{word("noticeText")}</label>
          <textarea
            id={id}
            class="input"
            rows="4"
            maxLength={20000}
            value={text()}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <Button
          look="primary"
          icon="send"
          type="submit"
          busy={server.busy()}
          disabled={!text().trim() || names().length === 0}
        >
          {word("sendNotice")}
        </Button>
      </form>
      <h3 class="admin-title">{word("sentNotices")}</h3>
      <ul class="admin-lines">
        <For each={sent()} fallback={<li class="field-note">{word("noNotices")}</li>}>
          {(notice) => (
            <li>
              <Icon name={notice.kind === "emergency" ? "warning" : "megaphone"} />
              <span>
                {notice.body}
                <small>
                  {word(`kind.${notice.kind}`)} · {fullTime(language(), notice.ts)} ·{" "}
                  {notice.signed ?? <Who id={notice.sender} />}
                </small>
              </span>
              <Button look="quiet" icon="poll" onClick={() => setShown(notice)}>
                {word("figures")}
              </Button>
            </li>
          )}
        </For>
      </ul>
      <Show when={asking()}>
        <ByName
          title={word("sendNotice")}
          text={`${word("sendNoticeText")} ${names().join("; ")}`}
          name={target()}
          yes={word("sendNotice")}
          onYes={send}
          onClose={() => setAsking(false)}
        />
      </Show>
      <Show when={finding()}>
        <Dialog open size="s" title={word("addPerson")} onClose={() => setFinding(false)}>
          <FindPerson
            onChoose={(one) => {
              setPeople([...people().filter((each) => each.user_id !== one.user_id), one]);
              setFinding(false);
            }}
          />
        </Dialog>
      </Show>
      <Show when={shown()}>
        {(notice) => <NoticeFigures notice={notice()} onClose={() => setShown(undefined)} />}
      </Show>
    </>
  );
}

function Chips<T>(props: {
  labels: readonly { id: T; label: string }[];
  onRemove: (id: T) => void;
}) {
  return (
    <ul class="chips">
      <For each={props.labels}>
        {(one) => (
          <li>
            <button
              type="button"
              class="chip"
              aria-label={word("takeAway", { name: one.label })}
              onClick={() => props.onRemove(one.id)}
            >
              {one.label}
              <Icon name="close" class="icon-s" />
            </button>
          </li>
        )}
      </For>
    </ul>
  );
}
