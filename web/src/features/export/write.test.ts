import { expect, test } from "vitest";
import type { ItemRecord } from "../../engine/records";
import { parseHtml } from "../../ui/richtext/parse";
import { htmlOf, itemHtml, itemJson, pageEdges, safeName, type Words } from "./write";

const words: Words = {
  lang: "en",
  tell: (item) => `told ${item.type}`,
  time: (ts) => `at ${ts}`,
  edited: "edited",
  inThread: "in a thread",
  reply: "in reply to",
  missing: "not loaded",
};

const item = (content: Record<string, unknown>, more: Partial<ItemRecord> = {}): ItemRecord => ({
  id: "$1",
  eventId: "$1",
  roomId: "!a",
  sender: "@eve:there",
  senderName: "<Eve>",
  mine: false,
  ts: 0,
  type: "m.room.message",
  content: { msgtype: "m.text", ...content },
  state: "sent",
  encryption: "none",
  reactions: [],
  readBy: [],
  mentionsMe: false,
  pinned: false,
  ...more,
});
const nowhere = () => undefined;

test("what strangers write runs nothing and asks nobody", () => {
  const html = itemHtml(
    item({
      body: "x",
      format: "org.matrix.custom.html",
      formatted_body:
        '<b onclick="x()">bold</b><script>alert(1)</script><img src="mxc://a/b" alt="<cat>">' +
        '<a href="javascript:x()">a</a><a href="https://e.org/?a=1&quot;b">b</a>',
    }),
    words,
    nowhere,
  );
  expect(html).toContain("<b>bold</b>&#60;cat&#62;<a>a</a>");
  expect(html).toContain('<a href="https://e.org/?a=1&#34;b" rel="noreferrer">b</a>');
  expect(html).not.toMatch(/script|onclick|mxc:|<Eve>/);
  expect(itemHtml(item({ body: "<i>1</i>" }), words, nowhere)).toContain("&#60;i&#62;1");
  expect(htmlOf(parseHtml("a<br>b"))).toBe("a<br>b");
});

test("a file is linked, with its caption; one that was lost is named", () => {
  const file = item({ msgtype: "m.file", body: "the plan", filename: 'a"b.pdf' });
  const html = itemHtml(file, words, () => "files/0001-a_b.pdf");
  expect(html).toContain('<a href="files/0001-a_b.pdf">a&#34;b.pdf</a>');
  expect(html).toContain("the plan");
  expect(itemHtml(file, words, () => null)).toContain("not loaded");
});

test("data names what the page shows", () => {
  const found = JSON.parse(
    itemJson(item({ body: "x" }, { editedAt: 1000, threadId: "$0" }), () => "files/a"),
  );
  expect(found).toMatchObject({
    event_id: "$1",
    time: "1970-01-01T00:00:00.000Z",
    edited: "1970-01-01T00:00:01.000Z",
    thread: "$0",
    content: { body: "x" },
    file: "files/a",
  });
});

test("pages lead to each other", () => {
  const [top, bottom] = pageEdges({
    lang: "en",
    title: "<b>",
    note: "",
    later: { href: "page-2.html", label: "Later" },
  });
  expect(top).toContain("<h1>&#60;b&#62;</h1>");
  expect(bottom).toContain('<a href="page-2.html">Later</a>');
});

test("names of files are such as every system takes", () => {
  expect(safeName("отчёт.pdf", 7)).toBe("0007-отчёт.pdf");
  expect(safeName("../../etc/passwd", 1)).toBe("0001-_.._etc_passwd");
  expect(safeName("..", 2)).toBe("0002-file");
  expect(safeName(`${"x".repeat(300)}.txt`, 3)).toHaveLength(5 + 80 + 4);
});
