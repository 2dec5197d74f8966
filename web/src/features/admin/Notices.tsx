import { createSignal, createUniqueId, For, onMount, Show } from "solid-js";
import { fullTime } from "../../base/format";
import { Button, Segments } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { language } from "../../ui/preferences";
import { tell } from "../../ui/toasts";
import { ADMIN, useServer } from "./ask";
import { ByName } from "./ByName";
import { localpart, pathOf, type Unit } from "./data";
import { word } from "./words";

const OFFICIAL = `${ADMIN}/notices/official`;
const STAGES = ["addressed", "delivered", "shown", "acknowledged", "not_reached"] as const;

interface Notice {
  notice_id: string;
  kind: "official" | "emergency";
  body: string;
  sender: string;
  ts: number;
}

type Figures = Notice & Partial<Record<(typeof STAGES)[number], number>>;

/** What the institution tells everybody or some levels, and how far it has come. */
export function Notices() {
  const server = useServer();
  const id = createUniqueId();
  const [kind, setKind] = createSignal<Notice["kind"]>("official");
  const [text, setText] = createSignal("");
  const [to, setTo] = createSignal("");
  const [units, setUnits] = createSignal<readonly Unit[]>([]);
  const [sent, setSent] = createSignal<readonly Notice[]>([]);
  const [asking, setAsking] = createSignal(false);
  const [shown, setShown] = createSignal<Figures>();
  const load = async () => {
    const answer = await server.call<{ notices: Notice[] }>("GET", OFFICIAL);
    if (answer) setSent(answer.notices);
  };
  onMount(async () => {
    await load();
    const tree = await server.call<{ units: Unit[] }>("GET", `${ADMIN}/org/units`);
    setUnits(tree?.units ?? []);
  });
  const target = () => (to() ? pathOf(units(), Number(to())) : word("everybody"));
  const send = async () => {
    setAsking(false);
    const whom = to() ? { units: [Number(to())] } : { all: true };
    const body = { kind: kind(), body: text().trim(), ...whom };
    if (!(await server.call("POST", OFFICIAL, body))) return;
    setText("");
    tell(word("noticeSent"));
    await load();
  };
  const open = async (notice: Notice) =>
    setShown(
      await server.call<Figures>("GET", `${OFFICIAL}/${encodeURIComponent(notice.notice_id)}`),
    );
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
        <label class="field">
          <span class="field-label">{word("whom")}</span>
          <select class="input" value={to()} onChange={(event) => setTo(event.currentTarget.value)}>
            <option value="">{word("everybody")}</option>
            <For each={units()}>
              {(unit) => <option value={unit.unit_id}>{pathOf(units(), unit.unit_id)}</option>}
            </For>
          </select>
        </label>
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
          disabled={!text().trim()}
        >
          {word("sendNotice")}
        </Button>
      </form>
      <h3 class="admin-title">{word("sentNotices")}</h3>
      <ul class="admin-lines">
        <For each={sent()} fallback={<li class="field-note">{word("noNotices")}</li>}>
          {(notice) => (
            <li>
              <span>
                {notice.body}
                <small>
                  {word(`kind.${notice.kind}`)} · {fullTime(language(), notice.ts)} ·{" "}
                  {localpart(notice.sender)}
                </small>
              </span>
              <Button look="quiet" onClick={() => open(notice)}>
                {word("figures")}
              </Button>
            </li>
          )}
        </For>
      </ul>
      <Show when={asking()}>
        <ByName
          title={word("sendNotice")}
          text={word("sendNoticeText")}
          name={target()}
          yes={word("sendNotice")}
          onYes={send}
          onClose={() => setAsking(false)}
        />
      </Show>
      <Show when={shown()}>
        {(notice) => (
          <Dialog open size="s" title={word("figures")} onClose={() => setShown(undefined)}>
            <p>{notice().body}</p>
            <dl class="admin-figures">
              <For each={STAGES}>
                {(stage) => (
                  <div>
                    <dt>{word(`stage.${stage}`)}</dt>
                    <dd>{notice()[stage] ?? 0}</dd>
                  </div>
                )}
              </For>
            </dl>
          </Dialog>
        )}
      </Show>
    </>
  );
}
