import { createSignal, For, Show } from "solid-js";
import { Button, Switch, TextField } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { ADMIN, useServer } from "./ask";
import type { Unit } from "./data";
import type en from "./strings.en.json";
import { word } from "./words";

/** Names a level: a new one below `above`, or `unit` anew. */
export function UnitDialog(props: {
  unit: Unit | undefined;
  above: Unit | undefined;
  onDone: () => void;
  onClose: () => void;
}) {
  const server = useServer();
  const [name, setName] = createSignal(props.unit?.name ?? "");
  const save = async () => {
    const body = {
      name: name().trim(),
      ...(props.above && { parent: props.above.unit_id }),
    };
    const done = props.unit
      ? await server.call("PUT", `${ADMIN}/org/units/${props.unit.unit_id}`, body)
      : await server.call("POST", `${ADMIN}/org/units`, body);
    if (done) props.onDone();
  };
  const title = () => {
    if (props.unit) return word("rename");
    return props.above ? word("newBelow", { name: props.above.name }) : word("newTop");
  };
  return (
    <Dialog
      open
      size="s"
      title={title()}
      onClose={props.onClose}
      footer={
        <Button look="primary" busy={server.busy()} disabled={!name().trim()} onClick={save}>
          {word("save")}
        </Button>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name().trim()) save();
        }}
      >
        <TextField label={word("unitName")} value={name()} onInput={setName} maxLength={255} />
      </form>
    </Dialog>
  );
}

const RIGHTS = ["write_upward", "create_groups", "call", "send_files", "send_urgent"] as const;

/** What people of a level may do, and who decides on requests for contact with them. */
export function RightsDialog(props: { unit: Unit; onDone: () => void; onClose: () => void }) {
  const server = useServer();
  const [inherits, setInherits] = createSignal(props.unit.inherits_rights ?? false);
  const [rights, setRights] = createSignal<readonly string[]>(props.unit.rights);
  const [byManager, setByManager] = createSignal(props.unit.accepts === "manager");
  const toggle = (right: string, on: boolean) =>
    setRights((before) => (on ? [...before, right] : before.filter((each) => each !== right)));
  const save = async () => {
    const body = {
      accepts: byManager() ? "manager" : "person",
      ...(inherits() ? { inherit_rights: true } : { rights: rights() }),
    };
    if (await server.call("PUT", `${ADMIN}/org/units/${props.unit.unit_id}`, body)) props.onDone();
  };
  return (
    <Dialog
      open
      size="s"
      title={word("rightsOf", { name: props.unit.name })}
      onClose={props.onClose}
      footer={
        <Button look="primary" busy={server.busy()} onClick={save}>
          {word("save")}
        </Button>
      }
    >
      <Switch label={word("asAbove")} checked={inherits()} onChange={setInherits} />
      <Show when={!inherits()}>
        <For each={RIGHTS}>
          {(right) => (
            <Switch
              label={word(`may.${right}` satisfies keyof typeof en)}
              checked={rights().includes(right)}
              onChange={(on) => toggle(right, on)}
            />
          )}
        </For>
      </Show>
      <Switch
        label={word("byManager")}
        note={word("byManagerNote")}
        checked={byManager()}
        onChange={setByManager}
      />
    </Dialog>
  );
}
