import { uiWord } from "./uiWords";

/** A border between two panes that is dragged, or moved by the arrow keys. */
export function Resizer(props: {
  width: number;
  min: number;
  max: number;
  /** The pane it makes wider is at its left or at its right. */
  pane: "left" | "right";
  onChange: (width: number) => void;
}) {
  const sign = () => (props.pane === "left" ? 1 : -1);
  const set = (width: number) => props.onChange(Math.min(props.max, Math.max(props.min, width)));
  const drag = (down: PointerEvent & { currentTarget: HTMLElement }) => {
    const target = down.currentTarget;
    const start = props.width;
    target.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) => set(start + (event.clientX - down.clientX) * sign());
    target.addEventListener("pointermove", move);
    target.addEventListener(
      "lostpointercapture",
      () => target.removeEventListener("pointermove", move),
      {
        once: true,
      },
    );
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    set(props.width + (event.key === "ArrowRight" ? 16 : -16) * sign());
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a window splitter is a focusable separator
    <div
      class="resizer"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={uiWord("resize")}
      aria-valuenow={props.width}
      aria-valuemin={props.min}
      aria-valuemax={props.max}
      onPointerDown={drag}
      onKeyDown={press}
    />
  );
}
