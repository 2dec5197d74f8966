/** The beginning of a long text. Pure. */

import type { Node } from "./parse";

/** Of a text that is longer, so much is shown at first. */
const SHOWN = { letters: 4_000, lines: 50, elements: 600 };
/** A little more is shown whole: a fold over three lines helps nobody. */
const SLACK = 1.5;
const LINES = /^(?:br|hr|p|div|li|tr|h\d|blockquote|pre)$/;

interface Left {
  letters: number;
  lines: number;
  elements: number;
}

/** The beginning of `nodes`; undefined where they are short enough to be shown whole. */
export function beginningOf(nodes: readonly Node[]): Node[] | undefined {
  if (!isSpent(spend(nodes, times(SLACK)).left)) return undefined;
  return spend(nodes, times(1)).nodes;
}

const times = (factor: number): Left => ({
  letters: SHOWN.letters * factor,
  lines: SHOWN.lines * factor,
  elements: SHOWN.elements * factor,
});

const isSpent = ({ letters, lines, elements }: Left) => letters < 0 || lines < 0 || elements < 0;

/** What of `nodes` there is enough left for. */
function spend(nodes: readonly Node[], left: Left): { nodes: Node[]; left: Left } {
  const taken: Node[] = [];
  for (const node of nodes) {
    if (isSpent(left)) break;
    if (typeof node === "string") taken.push(begin(node, left));
    else {
      left.elements--;
      if (LINES.test(node.tag)) left.lines--;
      if (!isSpent(left)) taken.push({ ...node, children: spend(node.children, left).nodes });
    }
  }
  return { nodes: taken, left };
}

function begin(text: string, left: Left): string {
  let end = 0;
  while (end < text.length && end <= left.letters && left.lines >= 0) {
    const next = text.indexOf("\n", end);
    if (next < 0) {
      end = text.length;
      break;
    }
    end = next + 1;
    left.lines--;
  }
  end = Math.min(end, Math.max(0, Math.floor(left.letters)));
  // What lies on the edge may be half a letter.
  if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end--;
  const isWhole = end >= text.length;
  left.letters -= isWhole ? text.length : left.letters + 1;
  return text.slice(0, end);
}
