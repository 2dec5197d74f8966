/** Drawing on a picture: steps in the picture's own pixels, and what they come to. Pure but `paint`. */

export interface Point {
  x: number;
  y: number;
}
export interface Rect extends Point {
  width: number;
  height: number;
}

export type Step =
  | { kind: "pen"; points: readonly Point[]; colour: string; width: number }
  | { kind: "arrow"; from: Point; to: Point; colour: string; width: number }
  | { kind: "text"; at: Point; text: string; colour: string; size: number }
  | { kind: "crop"; rect: Rect };

/** The part of the picture that is left by the last cutting, or all of it. */
export function frameOf(steps: readonly Step[], size: { width: number; height: number }): Rect {
  const crop = steps.findLast((step) => step.kind === "crop");
  return crop?.kind === "crop" ? crop.rect : { x: 0, y: 0, width: size.width, height: size.height };
}

/** A point of the screen in the picture's pixels; `box` is where `frame` is seen. */
export function toPicture(point: Point, box: Rect, frame: Rect): Point {
  return {
    x: frame.x + ((point.x - box.x) * frame.width) / Math.max(1, box.width),
    y: frame.y + ((point.y - box.y) * frame.height) / Math.max(1, box.height),
  };
}

/** The rectangle between two points, in whole pixels and within `limits`. */
export function between(a: Point, b: Point, limits: Rect): Rect {
  const hold = (value: number, from: number, size: number) =>
    Math.round(Math.min(from + size, Math.max(from, value)));
  const [x1, x2] = [hold(a.x, limits.x, limits.width), hold(b.x, limits.x, limits.width)];
  const [y1, y2] = [hold(a.y, limits.y, limits.height), hold(b.y, limits.y, limits.height)];
  return {
    x: Math.min(x1, x2),
    y: Math.min(y1, y2),
    width: Math.abs(x2 - x1),
    height: Math.abs(y2 - y1),
  };
}

/** The two ends of an arrow's head, `size` long. */
export function headOf(from: Point, to: Point, size: number): [Point, Point] {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const end = (turn: number): Point => ({
    x: to.x - size * Math.cos(angle + turn),
    y: to.y - size * Math.sin(angle + turn),
  });
  return [end(Math.PI / 7), end(-Math.PI / 7)];
}

/** Widths and sizes that look the same on a small and a large picture. */
export function strokeOf(size: { width: number; height: number }): { width: number; text: number } {
  const side = Math.max(size.width, size.height);
  return { width: Math.max(2, Math.round(side / 160)), text: Math.max(14, Math.round(side / 22)) };
}

/** Draws the picture and the steps on it; the canvas becomes as large as what is left of it. */
export function paint(
  canvas: HTMLCanvasElement,
  picture: ImageBitmap,
  steps: readonly Step[],
  frame: Rect,
): void {
  canvas.width = Math.max(1, frame.width);
  canvas.height = Math.max(1, frame.height);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.translate(-frame.x, -frame.y);
  context.drawImage(picture, 0, 0);
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const step of steps) draw(context, step);
}

function draw(context: CanvasRenderingContext2D, step: Step): void {
  if (step.kind === "crop") return;
  context.strokeStyle = step.colour;
  context.fillStyle = step.colour;
  if (step.kind === "text") {
    context.font = `600 ${step.size}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    context.lineWidth = step.size / 6;
    // A rim, so that it is read on any ground.
    context.strokeStyle = step.colour === "#ffffff" ? "#000000" : "#ffffff";
    context.strokeText(step.text, step.at.x, step.at.y);
    context.fillText(step.text, step.at.x, step.at.y);
    return;
  }
  context.lineWidth = step.width;
  const lines =
    step.kind === "pen"
      ? [step.points]
      : [
          [step.from, step.to],
          ...headOf(step.from, step.to, step.width * 5).map((end) => [step.to, end]),
        ];
  for (const [first, ...others] of lines) {
    if (!first) continue;
    context.beginPath();
    context.moveTo(first.x, first.y);
    // A mere press leaves a dot.
    for (const point of others.length > 0 ? others : [first]) context.lineTo(point.x, point.y);
    context.stroke();
  }
}
