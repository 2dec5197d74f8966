/** One voice at a time: what plays now stops what played before, and plays on into the next. */

import { createSignal } from "solid-js";

const [playing, setPlaying] = createSignal<string>();
const [rate, setRate] = createSignal(1);

export { playing, rate, setPlaying };

/** 1, 1.5, 2 and again. */
export function nextRate(): void {
  setRate(rate() === 1 ? 1.5 : rate() === 1.5 ? 2 : 1);
}
