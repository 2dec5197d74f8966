import { createSignal } from "solid-js";
import { TextField } from "../../ui/controls";
import { word } from "./words";

/** Of which case something is, and on what ground: asked for before anybody is touched. */
export function useCase() {
  const [caseNumber, setCaseNumber] = createSignal("");
  const [ground, setGround] = createSignal("");
  const body = () => ({ ground: ground().trim(), case_number: caseNumber().trim() });
  return {
    /** As the server takes it. */
    body,
    isWhole: () => body().ground !== "" && body().case_number !== "",
    fields: () => (
      <>
        <TextField
          label={word("caseNumber")}
          value={caseNumber()}
          onInput={setCaseNumber}
          maxLength={200}
        />
        <TextField label={word("ground")} value={ground()} onInput={setGround} maxLength={2000} />
      </>
    ),
  };
}
