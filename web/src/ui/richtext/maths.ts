/** Formulas of TeX as MathML, which browsers draw themselves. */

import temml from "temml";

/** Replaces the source in `frame` by the formula; what cannot be read stays as written. */
export function setMaths(frame: HTMLElement, source: string, block: boolean): void {
  const drawn = document.createElement("span");
  temml.render(source, drawn, {
    displayMode: block,
    throwOnError: true,
    trust: false,
    maxExpand: 200,
  });
  frame.replaceChildren(...drawn.childNodes);
}
