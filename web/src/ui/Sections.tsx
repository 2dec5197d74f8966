import { For, type JSX } from "solid-js";
import { IconButton } from "./controls";
import { Icon, type IconName } from "./icons";
import { go } from "./router";
import "./sections.css";

/**
 * A page of sections: their list at the left, one of them shown beside it. On a phone one after the
 * other: `isOpen` says whether a section was asked for, not only shown for want of another.
 */
export function Sections(props: {
  title: string;
  back: string;
  /** Where the list is; a section lies below it by its id. */
  home: string;
  sections: readonly { id: string; icon: IconName; label: string }[];
  shown: string | undefined;
  isOpen: boolean;
  children: JSX.Element;
}) {
  const label = () => props.sections.find((section) => section.id === props.shown)?.label;
  return (
    <div class="sections" data-open={props.isOpen ? "section" : "list"}>
      <nav class="sections-list" aria-label={props.title}>
        <header class="sections-head">
          <IconButton icon="back" label={props.back} onClick={() => go("#/")} />
          <h2>{props.title}</h2>
        </header>
        <For each={props.sections}>
          {(section) => (
            <a
              class="sections-link"
              href={`${props.home}/${section.id}`}
              aria-current={props.shown === section.id ? "page" : undefined}
            >
              <Icon name={section.icon} />
              {section.label}
            </a>
          )}
        </For>
      </nav>
      <div class="sections-body">
        <header class="sections-head">
          <IconButton
            icon="back"
            class="only-phone"
            label={props.back}
            onClick={() => go(props.home)}
          />
          <h2>{label()}</h2>
        </header>
        {props.children}
      </div>
    </div>
  );
}
