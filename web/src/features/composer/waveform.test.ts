import { expect, test } from "vitest";
import { resample } from "./waveform";

test("the loudest of each stretch is kept", () => {
  expect(resample([0, 1, 0.5, 0.25], 2)).toEqual([1024, 512]);
});

test("a short one stays short, and numbers stay in range", () => {
  expect(resample([0.5], 64)).toEqual([512]);
  expect(resample([], 64)).toEqual([]);
  expect(resample([7, -1], 2)).toEqual([1024, 0]);
});
