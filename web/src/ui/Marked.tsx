import { For } from "solid-js";
import { cutMarks } from "../base/marks";

/** A snippet with what matched made visible. */
export function Marked(props: { snippet: string; marks: readonly (readonly [number, number])[] }) {
  return (
    <For each={cutMarks(props.snippet, props.marks)}>
      {([text, marked]) => (marked ? <mark>{text}</mark> : text)}
    </For>
  );
}
