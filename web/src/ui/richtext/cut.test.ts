import { expect, test } from "vitest";
import { beginningOf } from "./cut";
import { type Node, parseHtml, textOf } from "./parse";

const lengthOf = (nodes: readonly Node[] | undefined) => textOf(nodes ?? []).length;

test("what is not long is shown whole", () => {
  for (const text of ["", "Привет", "строка\n".repeat(60), "а".repeat(5_000)])
    expect(beginningOf([text])).toBeUndefined();
  expect(beginningOf(parseHtml("<p>да</p>".repeat(60)))).toBeUndefined();
});

test.each([
  ["lines", ["строка\n".repeat(9_000)]],
  ["letters", ["а".repeat(60_000)]],
  ["paragraphs", parseHtml("<p>да</p>".repeat(5_000))],
  ["code", parseHtml(`<pre><code>${"x = 1\n".repeat(5_000)}</code></pre>`)],
  ["a table", parseHtml(`<table>${"<tr><td>1</td><td>2</td></tr>".repeat(2_000)}</table>`)],
  ["words in marks", parseHtml("<b>а</b> ".repeat(9_000))],
  ["short pieces without an end", parseHtml("да<br>".repeat(9_000))],
])("of many %s the beginning is shown", (_, nodes) => {
  const begun = beginningOf(nodes as Node[]);
  expect(begun).toBeDefined();
  expect(lengthOf(begun)).toBeGreaterThan(20);
  expect(lengthOf(begun)).toBeLessThan(4_200);
  expect(textOf(begun ?? []).split("\n").length).toBeLessThan(60);
  expect(textOf(nodes as Node[]).startsWith(textOf(begun ?? []).trimEnd())).toBe(true);
});

test("no letter is halved", () => {
  const [text] = beginningOf([`а${"😀".repeat(20_000)}`]) ?? [];
  expect(String(text)).not.toMatch(/[\ud800-\udbff]$/);
});
