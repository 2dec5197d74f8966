import { createResource, For, Match, Show, Switch } from "solid-js";
import { IconButton } from "../../ui/controls";
import { language } from "../../ui/preferences";
import { go } from "../../ui/router";
import { uiWord } from "../../ui/uiWords";
import { type Block, readGuide, type Span } from "./data";
import "./view.css";

const guides = import.meta.glob<string>("../../../../docs/user/*/guide.md", {
  query: "?raw",
  import: "default",
});
const pictures = import.meta.glob<string>("../../../../docs/user/pictures/*.jpg", {
  query: "?url",
  import: "default",
  eager: true,
});

const urlOf = (name: string) => pictures[`../../../../docs/user/pictures/${name}`];

/** The guide, in the language chosen now. */
export default function HelpView() {
  const [guide] = createResource(language, async (lang) =>
    readGuide((await guides[`../../../../docs/user/${lang}/guide.md`]?.()) ?? ""),
  );
  return (
    <section class="help" aria-label={guide.latest?.title}>
      <header class="side-head">
        <IconButton
          icon="back"
          class="only-phone"
          label={uiWord("back")}
          onClick={() => go("#/")}
        />
        <h2>{guide.latest?.title}</h2>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
      <div class="help-text" tabIndex={0}>
        <For each={guide.latest?.sections}>
          {(section) => (
            <section>
              <h3>{section.title}</h3>
              <For each={section.blocks}>{(block) => <Drawn block={block} />}</For>
            </section>
          )}
        </For>
      </div>
    </section>
  );
}

function Drawn(props: { block: Block }) {
  const as = <K extends Block["kind"]>(kind: K) =>
    props.block.kind === kind ? (props.block as Extract<Block, { kind: K }>) : undefined;
  return (
    <Switch>
      <Match when={as("words")}>
        {(block) => (
          <p>
            <Spans spans={block().spans} />
          </p>
        )}
      </Match>
      <Match when={as("list")}>
        {(block) => (
          <ul>
            <For each={block().items}>
              {(item) => (
                <li>
                  <Spans spans={item} />
                </li>
              )}
            </For>
          </ul>
        )}
      </Match>
      <Match when={as("picture")}>
        {(block) => <img src={urlOf(block().name)} alt={block().alt} loading="lazy" />}
      </Match>
    </Switch>
  );
}

function Spans(props: { spans: readonly Span[] }) {
  return (
    <For each={props.spans}>
      {(span) => (
        <Show when={span.kind !== "plain"} fallback={span.text}>
          {span.kind === "strong" ? (
            <strong>{span.text}</strong>
          ) : (
            <kbd class="kbd">{span.text}</kbd>
          )}
        </Show>
      )}
    </For>
  );
}
