import { Icon } from "./icons";

/** Where one types what is looked for; the label stands inside. */
export function SearchField(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
}) {
  return (
    <div class="search-field">
      <Icon name="search" class="icon-s" />
      <input
        type="search"
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        placeholder={props.label}
        aria-label={props.label}
        autocomplete="off"
      />
    </div>
  );
}
