/** Draws a tree of a message's text. Code is coloured and formulas are set when first seen. */

import { createMemo, type JSX } from "solid-js";
import type { Element, Node } from "./parse";

/** What a link in a message becomes, where it is more than an address. */
export interface LinkLook {
  class: string;
  /** Followed in place of the address. */
  href: string;
  text?: string;
}

export type DescribeLink = (href: string) => LinkLook | undefined;

/** Draws a picture that stands within a line, by its address and its words. */
type DrawPicture = (src: string, name: string) => globalThis.Node;

interface Look {
  describe: DescribeLink;
  picture?: DrawPicture | undefined;
}

function draw(node: Node, look: Look): globalThis.Node {
  if (typeof node === "string") return document.createTextNode(node);
  const inner = () => node.children.map((child) => draw(child, look));
  const maths = node.attrs["data-mx-maths"];
  if (maths !== undefined) return drawMaths(maths, node.tag === "div");
  if (node.tag === "a") return drawLink(node, look.describe, inner);
  if (node.tag === "img") return drawPicture(node, look);
  const named = node.attrs["data-named"];
  if (named !== undefined) return drawNamed(named, inner());
  if (node.attrs["data-mx-spoiler"] !== undefined) return drawSpoiler(node, inner());
  const element = document.createElement(node.tag);
  if (node.tag === "ol" && node.attrs.start) element.setAttribute("start", node.attrs.start);
  element.append(...inner());
  if (node.tag === "pre") {
    element.tabIndex = 0;
    colour(element, node);
  }
  if (node.tag === "table") {
    const frame = document.createElement("div");
    frame.className = "table-frame";
    frame.tabIndex = 0;
    frame.append(element);
    return frame;
  }
  return element;
}

/** Only what is meant for a line of text is loaded; of all else the words are read. */
function drawPicture({ attrs }: Element, { picture }: Look): globalThis.Node {
  const name = attrs.alt ?? attrs.title ?? "";
  if (picture && attrs.src && attrs["data-mx-emoticon"] !== undefined)
    return picture(attrs.src, name);
  return document.createTextNode(name);
}

/** A name that is called, which leads nowhere. */
function drawNamed(whom: string, inner: globalThis.Node[]): globalThis.Node {
  const name = document.createElement("span");
  name.className = whom === "me" ? "pill me" : "pill";
  name.append(...inner);
  return name;
}

function drawLink(
  node: Element,
  describe: DescribeLink,
  inner: () => globalThis.Node[],
): globalThis.Node {
  const link = document.createElement("a");
  const href = node.attrs.href;
  if (!href) {
    link.append(...inner());
    return link;
  }
  const look = describe(href);
  link.href = look?.href ?? href;
  if (look) link.className = look.class;
  else {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  if (look?.text) link.textContent = look.text;
  else link.append(...inner());
  return link;
}

function drawSpoiler(node: Element, inner: globalThis.Node[]): globalThis.Node {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "spoiler";
  button.setAttribute("aria-expanded", "false");
  const reason = node.attrs["data-mx-spoiler"];
  if (reason) button.title = reason;
  const content = document.createElement("span");
  content.append(...inner);
  content.inert = true;
  button.append(content);
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    content.inert = !open;
  });
  return button;
}

function drawMaths(source: string, block: boolean): globalThis.Node {
  const frame = document.createElement(block ? "div" : "span");
  frame.className = "maths";
  frame.textContent = source;
  import("./maths").then(({ setMaths }) => setMaths(frame, source, block)).catch(() => undefined);
  return frame;
}

function colour(pre: HTMLElement, node: Element): void {
  const code = node.children.find((child) => typeof child === "object" && child.tag === "code");
  const language =
    typeof code === "object" ? code.attrs.class?.slice("language-".length) : undefined;
  const target = pre.querySelector("code");
  if (!language || !target || (target.textContent?.length ?? 0) > 20_000) return;
  import("./highlight")
    .then(({ colourCode }) => colourCode(target, language))
    .catch(() => undefined);
}

/** `nodes` as they are read. */
export function RichText(props: {
  nodes: readonly Node[];
  describe?: DescribeLink;
  picture?: DrawPicture;
}): JSX.Element {
  const drawn = createMemo(() => {
    const look = { describe: props.describe ?? (() => undefined), picture: props.picture };
    return props.nodes.map((node) => draw(node, look));
  });
  return <>{drawn()}</>;
}
