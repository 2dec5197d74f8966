import { createEffect, Index, type JSX, Show } from "solid-js";

/** A row of tabs: one stop for the Tab key, arrows inside; what does not fit is scrolled to. */
export function Tabs<T extends string | number>(props: {
  label: string;
  value: T;
  /** With a sign instead of words, the label is told by a tooltip and to screen readers. */
  tabs: readonly { id: T; label: string; sign?: JSX.Element; count?: number }[];
  onChange: (id: T) => void;
  class?: string;
}) {
  let row!: HTMLDivElement;
  const chosen = () => row.querySelector<HTMLElement>('[aria-selected="true"]');
  const step = (event: KeyboardEvent) => {
    const at = props.tabs.findIndex(({ id }) => id === props.value);
    const places: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: props.tabs.length - 1,
    };
    const next = props.tabs[places[event.key] ?? -1];
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    props.onChange(next.id);
    chosen()?.focus();
  };
  createEffect(() => {
    if (props.value !== undefined)
      chosen()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  return (
    <div
      ref={row}
      class={props.class ?? "tabs"}
      role="tablist"
      aria-label={props.label}
      onKeyDown={step}
      onWheel={(event) => {
        row.scrollLeft += event.deltaY;
      }}
    >
      {/* By place: what changes about a tab takes the focus from nobody. */}
      <Index each={props.tabs}>
        {(tab) => (
          <button
            type="button"
            role="tab"
            aria-selected={props.value === tab().id}
            aria-label={tab().sign ? tab().label : undefined}
            data-tip={tab().sign ? tab().label : undefined}
            tabIndex={props.value === tab().id ? 0 : -1}
            onClick={() => props.onChange(tab().id)}
          >
            {tab().sign ?? tab().label}
            <Show when={tab().count}>{(count) => <span class="badge muted">{count()}</span>}</Show>
          </button>
        )}
      </Index>
    </div>
  );
}
