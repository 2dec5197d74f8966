import {
  createMemo,
  createResource,
  createSignal,
  For,
  Match,
  onCleanup,
  Show,
  Switch,
} from "solid-js";
import { Dynamic } from "solid-js/web";
import { Empty } from "../../ui/controls";
import { language } from "../../ui/preferences";
import { columnName } from "./data";
import type { Block, Office, Paragraph, Part, Run, Table } from "./model";
import { openOffice } from "./office";
import { word } from "./words";
import { DocumentError, type Trouble } from "./zip";

/** What an office document says: as text, not as it would be printed. */
export default function OfficePages(props: {
  file: Blob;
  zoom: number;
  onTrouble: (trouble: Trouble) => void;
}) {
  const [office] = createResource(() =>
    openOffice(props.file, language()).catch((error): undefined => {
      props.onTrouble(error instanceof DocumentError ? error.trouble : "broken");
    }),
  );
  return (
    <Show
      when={office()}
      fallback={
        <div class="document-wait" role="status">
          <span class="spinner" />
          <span class="sr-only">{word("loading")}</span>
        </div>
      }
    >
      {(read) => (
        <div class="office" style={{ "font-size": `${props.zoom}em` }}>
          <Show when={read().cut}>
            <p class="office-note">{word("cut")}</p>
          </Show>
          <Parts office={read()} />
        </div>
      )}
    </Show>
  );
}

const says = ({ blocks, grid }: Part) =>
  (grid?.length ?? 0) > 0 || blocks.some((block) => block.kind !== "text" || block.runs.length > 0);

function Parts(props: { office: Office }) {
  const [chosen, setChosen] = createSignal(0);
  const hasSheets = () => props.office.parts.some(({ grid }) => grid);
  const shown = () =>
    hasSheets() ? props.office.parts.slice(chosen(), chosen() + 1) : props.office.parts;
  return (
    <>
      <Show
        when={props.office.parts.some(says)}
        fallback={<Empty icon="file" title={word("empty")} />}
      >
        <For each={shown()}>
          {(part) => (
            <Show
              when={part.grid}
              fallback={
                <section
                  class="office-page"
                  aria-label={part.title && word("slide", { count: part.title })}
                >
                  <Blocks blocks={part.blocks} />
                </section>
              }
            >
              {(grid) => <Sheet title={part.title} grid={grid()} />}
            </Show>
          )}
        </For>
      </Show>
      <Show when={hasSheets() && props.office.parts.length > 1}>
        <div class="office-sheets" role="tablist" aria-label={word("sheets")}>
          <For each={props.office.parts}>
            {(part, at) => (
              <button
                type="button"
                role="tab"
                aria-selected={chosen() === at()}
                onClick={() => setChosen(at())}
              >
                {part.title}
              </button>
            )}
          </For>
        </div>
      </Show>
    </>
  );
}

function Blocks(props: { blocks: readonly Block[] }) {
  return (
    <For each={props.blocks}>
      {(block) => (
        <Switch>
          <Match when={block.kind === "text" && block}>{(text) => <Text of={text()} />}</Match>
          <Match when={block.kind === "table" && block}>{(table) => <Rows of={table()} />}</Match>
          <Match when={block.kind === "picture" && block.picture}>
            {(picture) => <Picture of={picture()} />}
          </Match>
        </Switch>
      )}
    </For>
  );
}

function Text(props: { of: Paragraph }) {
  return (
    <Dynamic
      component={props.of.level ? `h${Math.min(6, props.of.level + 1)}` : "p"}
      class="office-text"
      classList={{ listed: props.of.marker !== undefined }}
      style={{ "margin-inline-start": `${Math.min(8, props.of.indent ?? 0) * 1.5}em` }}
      data-level={props.of.level}
    >
      <Show when={props.of.marker}>
        <span class="office-marker">{props.of.marker}</span>
      </Show>
      <For each={props.of.runs}>{(run) => <span classList={looks(run)}>{run.text}</span>}</For>
    </Dynamic>
  );
}

const looks = (run: Run) => ({
  bold: run.bold ?? false,
  italic: run.italic ?? false,
  underline: run.underline ?? false,
  strike: run.strike ?? false,
});

function Rows(props: { of: Table }) {
  return (
    <div class="office-scroll">
      <table class="office-table">
        <tbody>
          <For each={props.of.rows}>
            {(row) => (
              <tr>
                <For each={row}>
                  {(cell) => (
                    <td colSpan={cell.span}>
                      <Blocks blocks={cell.blocks} />
                    </td>
                  )}
                </For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  );
}

function Picture(props: { of: Blob }) {
  const url = createMemo(() => {
    const made = URL.createObjectURL(props.of);
    onCleanup(() => URL.revokeObjectURL(made));
    return made;
  });
  return <img class="office-picture" src={url()} alt={word("picture")} />;
}

function Sheet(props: { title: string; grid: readonly (readonly string[])[] }) {
  const columns = () => props.grid.reduce((most, row) => Math.max(most, row.length), 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <section class="office-page office-scroll" tabIndex={0} aria-label={props.title}>
      <table class="office-table office-grid">
        <thead>
          <tr>
            <th>
              <span class="sr-only">{word("row")}</span>
            </th>
            <For each={Array.from({ length: columns() }, (_, at) => columnName(at))}>
              {(name) => <th scope="col">{name}</th>}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={props.grid}>
            {(row, at) => (
              <tr>
                <th scope="row">{at() + 1}</th>
                <For each={Array.from({ length: columns() }, (_, column) => row[column] ?? "")}>
                  {(value) => <td>{value}</td>}
                </For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  );
}
