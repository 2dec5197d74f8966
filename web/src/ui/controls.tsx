/** Buttons, fields and the small pieces that pages are made of. */

import { createUniqueId, For, type JSX, Show, splitProps } from "solid-js";
import { Icon, type IconName } from "./icons";
import { keysOf } from "./keyboard";

type Press = (event: MouseEvent & { currentTarget: HTMLButtonElement; target: Element }) => unknown;
type ButtonProps = Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "onClick"> & {
  onClick?: Press;
};

/** One at a time: until a press has done all it does, another, as of a double click, does nothing. */
function once(press: () => Press | undefined): Press {
  let working = false;
  return async (event) => {
    if (working) return;
    working = true;
    try {
      await press()?.(event);
    } finally {
      working = false;
    }
  };
}

/** A button with words. While `busy` it turns a wheel and cannot be pressed. */
export function Button(
  props: ButtonProps & {
    look?: "plain" | "primary" | "quiet" | "danger" | "danger primary";
    wide?: boolean;
    busy?: boolean;
    icon?: IconName;
  },
) {
  const [own, rest] = splitProps(props, [
    "look",
    "wide",
    "busy",
    "icon",
    "children",
    "class",
    "onClick",
  ]);
  return (
    <button
      type="button"
      {...rest}
      onClick={once(() => own.onClick)}
      class={`button ${own.look ?? "plain"} ${own.wide ? "wide" : ""} ${own.class ?? ""}`}
      disabled={own.busy || rest.disabled}
      aria-busy={own.busy}
    >
      <Show when={own.busy}>
        <span class="spinner" />
      </Show>
      <Show when={!own.busy && own.icon}>{(icon) => <Icon name={icon()} class="icon-s" />}</Show>
      {own.children}
    </button>
  );
}

/** A button with a picture; its name is told by a tooltip and to screen readers. */
export function IconButton(
  props: ButtonProps & {
    icon: IconName;
    label: string;
    shortcut?: string | undefined;
    on?: boolean;
  },
) {
  const [own, rest] = splitProps(props, [
    "icon",
    "label",
    "shortcut",
    "on",
    "children",
    "class",
    "onClick",
  ]);
  return (
    <button
      type="button"
      {...rest}
      onClick={once(() => own.onClick)}
      class={`icon-button ${own.on ? "on" : ""} ${own.class ?? ""}`}
      aria-label={own.label}
      data-tip={own.label}
      data-keys={own.shortcut}
    >
      <Icon name={own.icon} />
      {own.children}
    </button>
  );
}

/** A line of text to fill in, with its label above and what is wrong below. */
export function TextField(
  props: Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "onInput"> & {
    label: string;
    value: string;
    onInput: (value: string) => void;
    error?: string | undefined;
    note?: string | undefined;
  },
) {
  const [own, rest] = splitProps(props, ["label", "value", "onInput", "error", "note", "class"]);
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{own.label}</label>
      <input
        {...rest}
        id={id}
        class={`input ${own.class ?? ""}`}
        value={own.value}
        onInput={(event) => own.onInput(event.currentTarget.value)}
        aria-invalid={own.error ? "true" : undefined}
        aria-describedby={own.error || own.note ? `${id}-note` : undefined}
      />
      <Show when={own.error || own.note}>
        <p id={`${id}-note`} class={own.error ? "field-error" : "field-note"}>
          {own.error || own.note}
        </p>
      </Show>
    </div>
  );
}

/** On or off. */
export function Switch(props: {
  label: string;
  note?: string | undefined;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label class="switch-row">
      <span>
        {props.label}
        <Show when={props.note}>
          <small>{props.note}</small>
        </Show>
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={props.checked}
        class="switch"
        checked={props.checked}
        disabled={props.disabled ?? false}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

/** One of a few, all seen. */
export function Segments<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  const name = createUniqueId();
  return (
    <div class="field">
      <span class="field-label" id={name}>
        {props.label}
      </span>
      <div class="segments" role="radiogroup" aria-labelledby={name}>
        <For each={props.options}>
          {(option) => (
            <label>
              <input
                type="radio"
                name={name}
                checked={option.value === props.value}
                onChange={() => props.onChange(option.value)}
              />
              <span>{option.label}</span>
            </label>
          )}
        </For>
      </div>
    </div>
  );
}

/** What is shown where there is nothing to show. */
export function Empty(props: {
  icon: IconName;
  title: string;
  text?: string;
  children?: JSX.Element;
}) {
  return (
    <div class="empty">
      <Icon name={props.icon} />
      <h2>{props.title}</h2>
      <Show when={props.text}>
        <p>{props.text}</p>
      </Show>
      {props.children}
    </div>
  );
}

/** A few words that must be seen, in their place. */
export function NoticeBox(props: {
  look?: "warn" | "bad";
  icon?: IconName;
  children: JSX.Element;
}) {
  return (
    <div class={`notice ${props.look ?? ""}`} role={props.look === "bad" ? "alert" : undefined}>
      <Icon name={props.icon ?? (props.look ? "warning" : "info")} />
      <div>{props.children}</div>
    </div>
  );
}

/** The keys of a shortcut, drawn. */
export function Keys(props: { shortcut: string }) {
  return (
    <span class="keys">
      <For each={keysOf(props.shortcut)}>{(key) => <kbd class="kbd">{key}</kbd>}</For>
    </span>
  );
}
