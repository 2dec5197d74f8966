import { createEffect, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { Button, IconButton, NoticeBox, Segments } from "../../ui/controls";
import { Dialog } from "../../ui/Dialog";
import { isPress } from "../../ui/keyboard";
import { uiWord } from "../../ui/uiWords";
import {
  between,
  frameOf,
  type Point,
  paint,
  type Rect,
  type Step,
  strokeOf,
  toPicture,
} from "./drawing";
import { word } from "./words";

const COLOURS = [
  ["#e5322d", "red"],
  ["#f5b400", "yellow"],
  ["#1f9d4d", "green"],
  ["#1c6fd6", "blue"],
  ["#000000", "black"],
  ["#ffffff", "white"],
] as const;
const TOOLS = ["pen", "arrow", "text", "crop"] as const;
type Tool = (typeof TOOLS)[number];

/** A picture is drawn and written on, and cut, before it is sent. */
export default function Drawing(props: {
  file: File;
  onDone: (file: File) => void;
  onClose: () => void;
}) {
  const [picture, setPicture] = createSignal<ImageBitmap | null>();
  const [steps, setSteps] = createSignal<readonly Step[]>([]);
  const [under, setUnder] = createSignal<Step>();
  const [tool, setTool] = createSignal<Tool>("pen");
  const [colour, setColour] = createSignal<string>(COLOURS[0][0]);
  const [text, setText] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  let canvas!: HTMLCanvasElement;
  let begun: Point | undefined;

  const size = () => picture() ?? { width: 1, height: 1 };
  const frame = () => frameOf(steps(), size());
  createEffect(() => {
    const shown = picture();
    const now = under();
    if (shown) paint(canvas, shown, now ? [...steps(), now] : steps(), frame());
    if (now?.kind === "crop") shade(canvas, now.rect, frame());
  });
  onMount(async () => setPicture(await createImageBitmap(props.file).catch(() => null)));
  onCleanup(() => picture()?.close());

  const undo = () => setSteps((all) => all.slice(0, -1));
  const press = (event: KeyboardEvent) => {
    // In a line of text the browser takes back what was typed.
    const writes = document.activeElement?.matches("input:not([type=radio])");
    if (!isPress("Mod+Z", event) || writes) return;
    event.preventDefault();
    undo();
  };
  window.addEventListener("keydown", press);
  onCleanup(() => window.removeEventListener("keydown", press));
  const add = (step: Step) => setSteps((all) => [...all, step]);
  const at = (event: PointerEvent) =>
    toPicture({ x: event.clientX, y: event.clientY }, canvas.getBoundingClientRect(), frame());

  const begin = (event: PointerEvent) => {
    if (event.button !== 0 || !picture()) return;
    const point = at(event);
    if (tool() === "text") return write(point);
    canvas.setPointerCapture(event.pointerId);
    begun = point;
    move(event);
  };
  const move = (event: PointerEvent) => {
    if (!begun) return;
    const point = at(event);
    const { width } = strokeOf(size());
    const before = under();
    if (tool() === "pen") {
      const points = before?.kind === "pen" ? [...before.points, point] : [begun];
      setUnder({ kind: "pen", points, colour: colour(), width });
    } else if (tool() === "arrow")
      setUnder({ kind: "arrow", from: begun, to: point, colour: colour(), width });
    else setUnder({ kind: "crop", rect: between(begun, point, frame()) });
  };
  const end = () => {
    const made = under();
    begun = undefined;
    setUnder(undefined);
    // A cut too small to be meant is none.
    if (!made || (made.kind === "crop" && Math.min(made.rect.width, made.rect.height) < 8)) return;
    add(made);
  };
  const write = (point: Point) => {
    const words = text().trim();
    if (!words) return;
    add({ kind: "text", at: point, text: words, colour: colour(), size: strokeOf(size()).text });
    setText("");
  };
  const writeInMiddle = () => {
    const { x, y, width, height } = frame();
    write({ x: x + width * 0.1, y: y + height / 2 });
  };

  const done = async () => {
    const shown = picture();
    if (!shown) return;
    setBusy(true);
    const type = props.file.type === "image/png" ? "image/png" : "image/jpeg";
    const blob = await new Promise<Blob | null>((give) => canvas.toBlob(give, type, 0.92));
    setBusy(false);
    if (!blob) return;
    const name = type === props.file.type ? props.file.name : `${props.file.name}.jpg`;
    props.onDone(steps().length > 0 ? new File([blob], name, { type }) : props.file);
  };

  return (
    <Dialog
      open
      size="full"
      title={word("draw")}
      onClose={props.onClose}
      footer={
        <>
          <Button look="quiet" onClick={props.onClose}>
            {uiWord("cancel")}
          </Button>
          <Button look="primary" icon="check" busy={busy()} disabled={!picture()} onClick={done}>
            {uiWord("ok")}
          </Button>
        </>
      }
    >
      <div class="drawing">
        <div class="drawing-tools">
          <Segments
            label={word("tool")}
            value={tool()}
            options={TOOLS.map((value) => ({ value, label: word(value) }))}
            onChange={setTool}
          />
          <Show when={tool() !== "crop"}>
            <div class="drawing-colours" role="radiogroup" aria-label={word("colour")}>
              <For each={COLOURS}>
                {([value, name]) => (
                  <label class="drawing-colour" data-tip={word(name)}>
                    <input
                      type="radio"
                      name="colour"
                      aria-label={word(name)}
                      checked={colour() === value}
                      onChange={() => setColour(value)}
                    />
                    <span style={{ background: value }} />
                  </label>
                )}
              </For>
            </div>
          </Show>
          <IconButton
            icon="reply"
            label={word("undo")}
            shortcut="Mod+Z"
            disabled={steps().length === 0}
            onClick={undo}
          />
        </div>
        <Show when={tool() === "text"}>
          <form
            class="drawing-text"
            onSubmit={(event) => {
              event.preventDefault();
              writeInMiddle();
            }}
          >
            <input
              class="input"
              aria-label={word("drawText")}
              placeholder={word("drawTextHint")}
              value={text()}
              maxLength={200}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <Button type="submit" disabled={!text().trim()}>
              {word("drawPlace")}
            </Button>
          </form>
        </Show>
        <Show when={picture() === null}>
          <NoticeBox look="bad">{word("drawFailed")}</NoticeBox>
        </Show>
        <div class="drawing-stage">
          <canvas
            ref={canvas}
            role="img"
            aria-label={word("drawn", { name: props.file.name, count: steps().length })}
            onPointerDown={begin}
            onPointerMove={move}
            onPointerUp={end}
            onPointerCancel={end}
          />
        </div>
      </div>
    </Dialog>
  );
}

/** Darkens what would be cut away. */
function shade(canvas: HTMLCanvasElement, kept: Rect, frame: Rect): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.fillStyle = "#000a";
  const cut = new Path2D();
  cut.rect(frame.x, frame.y, frame.width, frame.height);
  cut.rect(kept.x, kept.y, kept.width, kept.height);
  context.fill(cut, "evenodd");
}
