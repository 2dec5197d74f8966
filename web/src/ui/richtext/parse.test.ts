import { describe, expect, test } from "vitest";
import { isOnlyEmoji, isSafeLink, linkify, type Node, parseHtml, textOf } from "./parse";

/** The tree written out again, to be compared by eye. */
function write(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      const attrs = Object.entries(node.attrs).map(([name, value]) => ` ${name}=[${value}]`);
      return `<${node.tag}${attrs.join("")}>${write(node.children)}</>`;
    })
    .join("");
}

describe("what strangers write", () => {
  test.each([
    ["<script>alert(1)</script>да", "да"],
    ["<style>*{}</style>да", "да"],
    ["<img src=x onerror=alert(1)>", "<img></>"],
    ["<img src='https://evil/a.png' alt='a'>", "<img alt=[a]></>"],
    [
      "<img data-mx-emoticon src='https://evil/a.png' alt=':a:'>",
      "<img data-mx-emoticon=[] alt=[:a:]></>",
    ],
    [
      "<img data-mx-emoticon src='mxc://a/b' alt=':a:' height=900 style='position:fixed'>",
      "<img data-mx-emoticon=[] src=[mxc://a/b] alt=[:a:]></>",
    ],
    ["<a href='javascript:alert(1)'>x</a>", "<a>x</>"],
    ["<a href=' JAVASCRIPT:alert(1)'>x</a>", "<a>x</>"],
    ["<a href='&#106;avascript:alert(1)'>x</a>", "<a>x</>"],
    ["<a href='https://a.b' onclick='x()' style='color:red'>x</a>", "<a href=[https://a.b]>x</>"],
    ["<b onmouseover=x>а</b>", "<b>а</>"],
    ["<iframe src='https://a'>да</iframe>нет", "нет"],
    ["<svg><script>1</script></svg>нет", "нет"],
    ["<form><input><b>да</b></form>", "<b>да</>"],
    ["<mx-reply><blockquote>x</blockquote></mx-reply>ответ", "ответ"],
    ["<!-- <b>x</b> -->да", "да"],
    ["<!-- never closed <b>x</b>", ""],
    ["1 < 2 и <b>3", "1 < 2 и <b>3</>"],
    ["<code class='language-rust x'>a</code>", "<code>a</>"],
    ['<code class="language-c++">a</code>', "<code class=[language-c++]>a</>"],
    ["<a title='>' href='https://a.b'>x</a>", "<a href=[https://a.b]>x</>"],
  ])("%s", (html, tree) => expect(write(parseHtml(html))).toBe(tree));
});

describe("what people forget", () => {
  test.each([
    ["<ul><li>a<li>b</ul>c", "<ul><li>a</><li>b</></>c"],
    ["<p>a<p>b", "<p>a</><p>b</>"],
    ["<b>a</i>b</b>c", "<b>ab</>c"],
    ["a</b>", "a"],
    ["&lt;b&gt; &amp;amp; &#1055; &nope;", "<b> &amp; П &nope;"],
  ])("%s", (html, tree) => expect(write(parseHtml(html))).toBe(tree));

  test("depth without end is flattened", () => {
    let depth = 0;
    let nodes = parseHtml(`${"<b>".repeat(5000)}a`);
    while (nodes.length > 0 && typeof nodes[0] === "object") {
      nodes = nodes[0].children;
      depth++;
    }
    expect(depth).toBeLessThan(70);
  });
});

describe("links in plain text", () => {
  test.each([
    ["см. https://a.b/c.", "см. <a href=[https://a.b/c]>https://a.b/c</>."],
    ["(https://a.b/c_(d))", "(<a href=[https://a.b/c_(d)]>https://a.b/c_(d)</>)"],
    ["www.a.ru", "<a href=[https://www.a.ru]>www.a.ru</>"],
    ["пишите: anna@a.ru!", "пишите: <a href=[mailto:anna@a.ru]>anna@a.ru</>!"],
    ["<b>не разметка</b>", "<b>не разметка</b>"],
  ])("%s", (text, tree) => expect(write(linkify(text))).toBe(tree));
});

test("only listed schemes are followed", () => {
  for (const href of ["https://a", "mailto:a@b", "matrix:u/a:b"])
    expect(isSafeLink(href)).toBe(true);
  for (const href of ["data:text/html,x", "vbscript:x", "//a", "/a", "file:///a"])
    expect(isSafeLink(href)).toBe(false);
});

test("words of a tree", () => {
  expect(textOf(parseHtml("<p>a<br>b</p><ul><li>c</li></ul>")).trim()).toBe("a\nb\nc");
});

test("emoji alone", () => {
  for (const text of ["👍", "👍🏽 🎉", "👨‍👩‍👧‍👦", "🇷🇺", "❤️"]) expect(isOnlyEmoji(text)).toBe(true);
  for (const text of ["", "1", "да 👍", "👍👍👍👍👍👍👍"]) expect(isOnlyEmoji(text)).toBe(false);
});

describe("what is written to keep a reader busy is read at once", () => {
  test.each([
    ["<a ".repeat(20_000), 40_000],
    ["<a '\"".repeat(12_000), 24_000],
    ['<a ""'.repeat(12_000), 24_000],
  ])("elements without an end", (html, most) => {
    expect(parseHtml(html).length).toBeLessThanOrEqual(most);
    expect(textOf(parseHtml(html))).toBe(html);
  });
  test.each([
    "a.".repeat(30_000),
    "a-".repeat(30_000),
    `https://a${".".repeat(60_000)}b`,
    `https://a${")".repeat(60_000)}b`,
    `https://a${")".repeat(60_000)}`,
  ])("addresses without an end", (text) => {
    expect(textOf(linkify(text))).toBe(text);
  });
});
