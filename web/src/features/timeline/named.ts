/** Names of units, groups and all that a message calls, marked where they stand in its text. Pure. */

import { EVERYONE, MENTIONS } from "../../base/mentions";
import type { Content } from "../../engine/records";
import type { Node } from "../../ui/richtext/parse";

/** As many as the server hears. */
const MOST = 20;

/** What is called by `@` in the text, besides people. */
export function namedIn(content: Content): string[] {
  const { units, groups, names } = (content[MENTIONS] ?? {}) as Content;
  const count = listOf(units).length + listOf(groups).length;
  const called = listOf(names).filter((name) => typeof name === "string" && name !== "");
  const isAll = (content["m.mentions"] as Content | undefined)?.room === true;
  return [...(called as string[]).slice(0, Math.min(count, MOST)), ...(isAll ? EVERYONE : [])];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The tree with the names in it marked; `callsMe`: as what calls the reader. */
export function markNames(
  nodes: readonly Node[],
  names: readonly string[],
  callsMe: boolean,
): Node[] {
  if (names.length === 0) return [...nodes];
  const words = [...names]
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(@(?:${words.join("|")}))(?![\\p{L}\\p{N}])`, "u");
  const mark = callsMe ? "me" : "";
  const walk = (node: Node): Node[] => {
    if (typeof node === "string")
      // The odd parts are what the group of the pattern took.
      return node
        .split(pattern)
        .map(
          (part, place): Node =>
            place % 2 === 0
              ? part
              : { tag: "span", attrs: { "data-named": mark }, children: [part] },
        )
        .filter((part) => part !== "");
    if (node.tag === "a" || node.tag === "code" || node.tag === "pre") return [node];
    return [{ ...node, children: node.children.flatMap(walk) }];
  };
  return nodes.flatMap(walk);
}
