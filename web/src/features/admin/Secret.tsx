import { word } from "./words";

/** A password that is seen now and never again. */
export function Secret(props: { who: string; password: string }) {
  return (
    <>
      <p>{word("passwordOnce", { name: props.who })}</p>
      <output class="admin-secret" aria-label={word("password")}>
        {props.password}
      </output>
    </>
  );
}
