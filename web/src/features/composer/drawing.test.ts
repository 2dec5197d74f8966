import { expect, test } from "vitest";
import { between, frameOf, headOf, type Step, strokeOf, toPicture } from "./drawing";

const size = { width: 800, height: 600 };
const all = { x: 0, y: 0, ...size };
const crop = (x: number, width: number): Step => ({
  kind: "crop",
  rect: { x, y: 10, width, height: 100 },
});

test("the last cutting holds, and taking it back brings the one before", () => {
  expect(frameOf([], size)).toEqual(all);
  const steps = [crop(0, 400), crop(50, 100)];
  expect(frameOf(steps, size)).toMatchObject({ x: 50, width: 100 });
  expect(frameOf(steps.slice(0, -1), size)).toMatchObject({ x: 0, width: 400 });
});

test("a place on the screen is found in the picture, also when cut", () => {
  const box = { x: 100, y: 0, width: 400, height: 300 };
  expect(toPicture({ x: 300, y: 150 }, box, all)).toEqual({ x: 400, y: 300 });
  const frame = { x: 200, y: 100, width: 400, height: 300 };
  expect(toPicture({ x: 100, y: 0 }, box, frame)).toEqual({ x: 200, y: 100 });
});

test("a rectangle is drawn from any corner and stays in the picture", () => {
  expect(between({ x: 90, y: 50 }, { x: -20, y: 10.4 }, all)).toEqual({
    x: 0,
    y: 10,
    width: 90,
    height: 40,
  });
  expect(between({ x: 900, y: 700 }, { x: 1000, y: 800 }, all)).toMatchObject({ width: 0 });
});

test("an arrow's head looks back along it", () => {
  const [one, two] = headOf({ x: 0, y: 0 }, { x: 100, y: 0 }, 10);
  expect(one.x).toBeLessThan(100);
  expect(one.y).toBeCloseTo(-two.y);
});

test("lines are as thick as the picture is large", () => {
  expect(strokeOf({ width: 100, height: 100 }).width).toBe(2);
  expect(strokeOf({ width: 4000, height: 3000 }).width).toBe(25);
});
