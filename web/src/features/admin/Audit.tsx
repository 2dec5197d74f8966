import { createSignal, For, onMount, Show } from "solid-js";
import { stamp } from "../../base/format";
import { Button, NoticeBox, TextField } from "../../ui/controls";
import { language } from "../../ui/preferences";
import { ADMIN, useServer, withQuery } from "./ask";
import { checkChain, detailsText, exportText, type Line } from "./data";
import { saveFile } from "./saveFile";
import { Who } from "./Who";
import { word } from "./words";

const LAST = Number.MAX_SAFE_INTEGER;
const PATH = `${ADMIN}/audit`;

interface Page {
  server_name: string;
  public_key: string;
  lines: Line[];
  next?: number;
}

/** The log of acts, the latest first: filtered, checked line by line, and exported whole. */
export function Audit() {
  const server = useServer();
  const [actor, setActor] = createSignal("");
  const [target, setTarget] = createSignal("");
  const [lines, setLines] = createSignal<readonly Line[]>([]);
  const [next, setNext] = createSignal<number>();
  const [whole, setWhole] = createSignal(true);
  const check = () => checkChain(lines());
  const load = async (before = LAST) => {
    const query = { before, limit: 100, actor: actor().trim(), target: target().trim() };
    const answer = await server.call<Page>("GET", withQuery(PATH, query));
    if (!answer) return;
    setWhole(!query.actor && !query.target);
    setLines((known) => (before === LAST ? answer.lines : [...known, ...answer.lines]));
    setNext(answer.next);
  };
  onMount(() => load());
  const exportAll = async () => {
    const all: Line[] = [];
    let about: Page | undefined;
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page: Page | undefined = await server.call<Page>(
        "GET",
        withQuery(PATH, { after, limit: 1000 }),
      );
      if (!page) return;
      about = page;
      all.push(...page.lines);
      after = page.next;
    }
    if (about)
      saveFile(
        new Blob([exportText(about, all)], { type: "application/jsonl" }),
        `audit-${about.server_name}.jsonl`,
      );
  };
  return (
    <>
      <form
        class="admin-bar"
        onSubmit={(event) => {
          event.preventDefault();
          load();
        }}
      >
        <TextField label={word("actor")} value={actor()} onInput={setActor} autocomplete="off" />
        <TextField label={word("target")} value={target()} onInput={setTarget} autocomplete="off" />
        <Button look="quiet" icon="search" type="submit" busy={server.busy()}>
          {word("filter")}
        </Button>
        <Button look="quiet" icon="download" busy={server.busy()} onClick={exportAll}>
          {word("export")}
        </Button>
      </form>
      <Show when={lines().length > 0}>
        <Show when={whole()} fallback={<p class="field-note">{word("chainFiltered")}</p>}>
          <ChainNotice check={check()} />
        </Show>
      </Show>
      <table class="admin-table">
        <thead>
          <tr>
            <th scope="col">№</th>
            <th scope="col">{word("when")}</th>
            <th scope="col">{word("actor")}</th>
            <th scope="col">{word("act")}</th>
            <th scope="col">{word("target")}</th>
            <th scope="col">{word("details")}</th>
          </tr>
        </thead>
        <tbody>
          <For each={lines()}>
            {(line) => (
              <tr>
                <td data-label="№">{line.number}</td>
                <td data-label={word("when")}>{stamp(language(), line.ts)}</td>
                <td data-label={word("actor")}>{<Who id={line.actor} />}</td>
                <td data-label={word("act")}>
                  <code>{line.act}</code>
                </td>
                <td data-label={word("target")}>{<Who id={line.target} />}</td>
                <td data-label={word("details")} class="admin-details">
                  {detailsText(line.details)}
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={next()}>
        {(before) => (
          <Button look="quiet" busy={server.busy()} onClick={() => load(before())}>
            {word("more")}
          </Button>
        )}
      </Show>
    </>
  );
}

function ChainNotice(props: { check: ReturnType<typeof checkChain> }) {
  const broken = () => (props.check.good ? undefined : props.check.number);
  const count = () => (props.check.good ? props.check.count : 0);
  return (
    <Show
      when={broken()}
      fallback={
        <NoticeBox icon="shieldCheck">
          {word("chainGood", { count: count() })} <small>{word("chainNote")}</small>
        </NoticeBox>
      }
    >
      {(number) => <NoticeBox look="bad">{word("chainBroken", { number: number() })}</NoticeBox>}
    </Show>
  );
}
