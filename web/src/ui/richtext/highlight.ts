/** Colours for code, by the names of its parts. Nodes are made one by one: no markup is trusted. */

import { common, createLowlight } from "lowlight";

type Tree = ReturnType<ReturnType<typeof createLowlight>["highlight"]>;
type Part = Tree["children"][number];

const lowlight = createLowlight(common);

function draw(part: Part): globalThis.Node {
  if (part.type === "text") return document.createTextNode(part.value);
  const span = document.createElement("span");
  if (part.type === "element") {
    const names = part.properties.className;
    if (Array.isArray(names)) span.className = names.join(" ");
    span.append(...part.children.map((child) => draw(child)));
  }
  return span;
}

/** Colours the text of `target` as `language`, if it is a known one. */
export function colourCode(target: HTMLElement, language: string): void {
  if (!lowlight.registered(language)) return;
  const tree = lowlight.highlight(language, target.textContent ?? "");
  target.replaceChildren(...tree.children.map((child) => draw(child)));
}
