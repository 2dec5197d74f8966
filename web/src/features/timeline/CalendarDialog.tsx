import { createSignal } from "solid-js";
import { Button, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { word } from "./words";

/** Chooses a day to go to. */
export default function CalendarDialog(props: {
  onPick: (ts: number) => void;
  onClose: () => void;
}) {
  const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000)
    .toISOString()
    .slice(0, 10);
  const [day, setDay] = createSignal(today);
  const pick = () => props.onPick(new Date(`${day()}T00:00`).getTime());
  return (
    <Dialog
      open
      size="s"
      title={word("calendar")}
      onClose={props.onClose}
      footer={
        <Button look="primary" disabled={!day()} onClick={pick}>
          {word("goThere")}
        </Button>
      }
    >
      <TextField label={word("calendar")} type="date" max={today} value={day()} onInput={setDay} />
    </Dialog>
  );
}
