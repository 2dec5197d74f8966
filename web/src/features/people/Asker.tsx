import { type JSX, Show } from "solid-js";
import { useValue } from "../../bridge/client";
import type { WhoRecord } from "../../engine/records";
import { postLine } from "./data";
import { Face } from "./Face";
import { word } from "./words";

/** Who asks, what they say, and what can be answered. */
export function Asker(props: {
  who: WhoRecord;
  note?: string | undefined;
  message?: string | undefined;
  children: JSX.Element;
}) {
  const institution = useValue("institution", () => null);
  const outside = () => (institution()?.units.length ? word("outsideTree") : "");
  const facts = () => [props.who.phone, props.who.room].filter(Boolean).join(" · ");
  return (
    <li class="asker">
      <Face id={props.who.id} name={props.who.name} avatar={props.who.avatar} size="m" />
      <div class="asker-text">
        <strong>{props.who.name}</strong>
        <Show when={postLine(props.who) || outside()}>{(line) => <small>{line()}</small>}</Show>
        <Show when={facts()}>{(text) => <small>{text()}</small>}</Show>
        <small>{props.who.id}</small>
        <Show when={props.note}>{(text) => <small>{text()}</small>}</Show>
        <Show when={props.message}>{(text) => <blockquote>{text()}</blockquote>}</Show>
        <div class="asker-buttons">{props.children}</div>
      </div>
    </li>
  );
}
