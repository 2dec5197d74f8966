/** Draws the outlines of the world into a window. */

import { pointAt, type Sight, type Size, worldSize } from "./mercator";
import { COUNTRIES, type Country } from "./world";

export interface Colours {
  sea: string;
  land: string;
  /** Of countries that something is in. */
  here: string;
  border: string;
}

/** The colours that the style gives the map. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name);
  const [sea, land] = [colour("--map-sea"), colour("--map-land")];
  return { sea, land, here: colour("--map-here"), border: colour("--map-border") };
}

export function drawWorld(
  canvas: HTMLCanvasElement,
  sight: Sight,
  size: Size,
  { sea, land, here, border }: Colours,
  marked: ReadonlySet<string>,
): void {
  const dense = Math.min(2, window.devicePixelRatio || 1);
  const [width, height] = [Math.round(size.width * dense), Math.round(size.height * dense)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  pen.fillStyle = sea;
  pen.fillRect(0, 0, size.width, size.height);
  pen.strokeStyle = border;
  pen.lineJoin = "round";
  pen.lineWidth = 1;
  const from = pointAt({ x: 0, y: 0 }, sight, size);
  const to = pointAt({ x: size.width, y: size.height }, sight, size);
  // The world stands beside itself where the window reaches over its edge.
  for (let copy = Math.floor(from.x) - 1; copy <= Math.floor(to.x) + 1; copy++)
    for (const country of COUNTRIES) {
      const beside = country.to.x + copy < from.x || country.from.x + copy > to.x;
      if (beside || country.to.y < from.y || country.from.y > to.y) continue;
      pen.fillStyle = marked.has(country.code) ? here : land;
      draw(pen, country, { x: from.x - copy, y: from.y }, worldSize(sight.zoom));
    }
}

function draw(
  pen: CanvasRenderingContext2D,
  { rings }: Country,
  from: { x: number; y: number },
  scale: number,
): void {
  pen.beginPath();
  for (const ring of rings) {
    for (let at = 0; at + 1 < ring.length; at += 2) {
      const x = ((ring[at] ?? 0) - from.x) * scale;
      const y = ((ring[at + 1] ?? 0) - from.y) * scale;
      if (at === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
    pen.closePath();
  }
  pen.fill("evenodd");
  pen.stroke();
}
