import { describe, expect, test } from "vitest";
import type { CardRecord, RoomView } from "../../engine/records";
import {
  emoticonsIn,
  findMembers,
  mayBeUrgent,
  mentionedPeople,
  mentionsIn,
  messageContent,
  pastedMarkdown,
  replaceToken,
  textOf,
  tokenAt,
  withCaption,
  withGroups,
  wrap,
} from "./data";
import { markdownToHtml } from "./markdown";

describe("Markdown", () => {
  test.each([
    ["**да** и *нет*", "<strong>да</strong> и <em>нет</em>"],
    ["~~было~~ ||тайна||", "<del>было</del> <span data-mx-spoiler>тайна</span>"],
    ["`a < b`", "<code>a &lt; b</code>"],
    ["[сайт](https://a.b/c?d=1&e=2)", '<a href="https://a.b/c?d=1&amp;e=2">сайт</a>'],
    ["# Заголовок", "<h1>Заголовок</h1>"],
    ["> цитата\nответ", "<blockquote><p>цитата</p></blockquote><p>ответ</p>"],
    ["- а\n- б\n  - в", "<ul><li>а</li><li>б<ul><li>в</li></ul></li></ul>"],
    ["3. а\n4. б", '<ol start="3"><li>а</li><li>б</li></ol>'],
    ["```rust\nfn a() {}\n```", '<pre><code class="language-rust">fn a() {}\n</code></pre>'],
    [
      "| а | б |\n|---|---|\n| 1 | 2 |",
      "<table><thead><tr><th>а</th><th>б</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
    ],
    ["$a^2$", '<span data-mx-maths="a^2"><code>a^2</code></span>'],
  ])("%s", (text, html) => expect(markdownToHtml(text)).toBe(html));

  test.each([
    "просто текст",
    "две\nстроки",
    "2 * 3 * 4",
    "snake_case_name",
    "https://a.b/c_d_e",
    "цена 5$ и 6$",
    "<b>не разметка</b> & всё",
    "абзац\n\nещё абзац",
  ])("%s says no more than itself", (text) => expect(markdownToHtml(text)).toBeUndefined());

  test("what is escaped stays", () => expect(markdownToHtml("\\*так\\*")).toBe("*так*"));
  test("HTML of the writer is text", () => {
    expect(markdownToHtml("**<script>**")).toBe("<strong>&lt;script&gt;</strong>");
  });
});

describe("content", () => {
  const mentions = [
    { name: "Анна", userId: "@anna:a.org" },
    { name: "Анна Орлова", userId: "@orlova:a.org" },
  ];
  test("calls units and groups by what they are, and keeps their names as written", () => {
    const called = [
      { name: "Право", unit: 2 },
      { name: "Право и надзор", unit: 3 },
      { name: "Дежурные_1", group: true as const },
    ];
    const content = messageContent("@Право и надзор и @Дежурные_1: **срочно**", called);
    expect(content["org.depesha.mentions"]).toEqual({
      units: [3],
      groups: ["Дежурные_1"],
      names: ["Право и надзор", "Дежурные_1"],
    });
    expect(content["m.mentions"]).toEqual({});
    expect(content.formatted_body).toBe("@Право и надзор и @Дежурные_1: <strong>срочно</strong>");
    expect(mentionsIn(content)).toEqual(called.slice(1));
    expect(messageContent("без имён", called)["org.depesha.mentions"]).toBeUndefined();
    expect(mentionsIn({})).toEqual([]);
  });
  test("a name that only begins another word calls nobody; a group's name calls as typed", () => {
    const groups = [{ name: "А", userIds: ["@a:a"] }];
    const called = withGroups([], groups);
    expect(messageContent("@Анна", called)["org.depesha.mentions"]).toBeUndefined();
    expect(messageContent("@А: да", called)["org.depesha.mentions"]).toMatchObject({
      groups: ["А"],
    });
    expect(withGroups([{ name: "А", unit: 1 }], groups)).toEqual([{ name: "А", unit: 1 }]);
  });
  test("names the mentioned, the longest name first", () => {
    const content = messageContent("@Анна Орлова, смотрите", [mentions[1] ?? never()]);
    expect(content["m.mentions"]).toEqual({ user_ids: ["@orlova:a.org"] });
    expect(content.formatted_body).toBe(
      '<a href="https://matrix.to/#/@orlova:a.org">Анна Орлова</a>, смотрите',
    );
  });
  test("forgets who was deleted from the text", () => {
    expect(messageContent("никого", mentions)["m.mentions"]).toEqual({});
  });
  test("mentions everybody by either name, not by an address", () => {
    expect(messageContent("@все собираемся", [])["m.mentions"]).toEqual({ room: true });
    expect(messageContent("@room:a.org", [])["m.mentions"]).toEqual({});
  });
  test("acts and plain text", () => {
    expect(messageContent("/me думает", [])).toMatchObject({ msgtype: "m.emote", body: "думает" });
    expect(messageContent("/plain **а**", [])).not.toHaveProperty("formatted_body");
  });
  test("replies", () => {
    expect(messageContent("да", [], "$e")["m.relates_to"]).toEqual({
      "m.in_reply_to": { event_id: "$e" },
    });
  });
});

function never(): never {
  throw new Error("missing");
}

describe("the word at the caret", () => {
  test.each([
    ["@ан", { kind: "@", query: "ан", start: 0 }],
    ["привет @Анна Ор", { kind: "@", query: "Анна Ор", start: 7 }],
    [":сме", { kind: ":", query: "сме", start: 0 }],
    ["/m", { kind: "/", query: "m", start: 0 }],
  ])("%s", (text, token) => expect(tokenAt(text, text.length)).toEqual(token));
  test.each(["почта a@b", "в 10:30", "да/нет", ": "])("%s asks for nothing", (text) =>
    expect(tokenAt(text, text.length)).toBeUndefined(),
  );
  test("is replaced and the caret follows", () => {
    const token = tokenAt("см. @ан!", 7) ?? never();
    expect(replaceToken("см. @ан!", 7, token, "@Анна ")).toEqual({
      text: "см. @Анна !",
      caret: 10,
    });
  });
});

test("signs are put around and taken away", () => {
  const once = wrap("да", 0, 2, "**");
  expect(once).toEqual({ text: "**да**", from: 2, to: 4 });
  expect(wrap(once.text, once.from, once.to, "**")).toEqual({ text: "да", from: 0, to: 2 });
});

test("members are found by name and address, without those who left", () => {
  const member = (id: string, name: string, membership: "join" | "leave" = "join") => ({
    id,
    name,
    membership,
    ambiguous: false,
    power: 0,
  });
  const members = [
    member("@b:x", "Борис"),
    member("@anna:x", "Орлова"),
    member("@c:x", "Анна", "leave"),
  ];
  expect(findMembers(members, "anna", 5).map(({ id }) => id)).toEqual(["@anna:x"]);
});

describe("what is pasted", () => {
  test("keeps its formatting as Markdown", () => {
    expect(pastedMarkdown("<p>Это <b>важно</b></p><ul><li>раз</li><li>два</li></ul>")).toBe(
      "Это **важно**\n\n- раз\n- два",
    );
    expect(pastedMarkdown('<a href="https://a.b">сайт</a>')).toBe("[сайт](https://a.b)");
  });
  test("without formatting is left to the browser", () => {
    expect(pastedMarkdown("<span>просто</span>")).toBeUndefined();
  });
});

test("what is urgent needs the level's right, or without a level the power to call all", () => {
  const room = (notifyAll: boolean, more: object = {}) =>
    ({ kind: "group", may: { send: true, notifyAll }, ...more }) as RoomView;
  const card = (rights?: string[]) => ({ ...(rights && { rights }) }) as CardRecord;
  expect(mayBeUrgent(card(["send_urgent"]), room(false))).toBe(true);
  expect(mayBeUrgent(card([]), room(true))).toBe(false);
  expect(mayBeUrgent(card(), room(true))).toBe(true);
  expect(mayBeUrgent(null, room(false))).toBe(false);
  expect(mayBeUrgent(null, room(true, { kind: "self" }))).toBe(false);
  const readOnly = { may: { send: false, notifyAll: true } };
  expect(mayBeUrgent(null, room(true, readOnly))).toBe(false);
});

describe("pictures within a text", () => {
  const emoticons = new Map([["да", { url: "mxc://a/yes" }]]);
  const image = '<img data-mx-emoticon src="mxc://a/yes" alt=":да:" title=":да:" height="32">';
  test("stand in the text by their codes", () => {
    const content = messageContent("ну :да: и :нет:", [], undefined, emoticons);
    expect(content.body).toBe("ну :да: и :нет:");
    expect(content.formatted_body).toBe(`ну ${image} и :нет:`);
    expect(emoticonsIn(content)).toEqual([["да", { url: "mxc://a/yes" }]]);
  });
  test("are not made of code, nor of plain text", () => {
    const content = messageContent("`:да:`", [], undefined, emoticons);
    expect(content.formatted_body).toBe("<code>:да:</code>");
    expect(messageContent("/plain :да:", [], undefined, emoticons)).not.toHaveProperty(
      "formatted_body",
    );
  });
});

describe("the caption of a file", () => {
  const file = {
    msgtype: "m.image",
    body: "Стены",
    filename: "a.png",
    url: "mxc://a/a",
    "org.depesha.album": "m",
    "m.mentions": { user_ids: ["@a:a"] },
  };
  test("is what is edited, and its name is not", () => {
    expect(textOf(file)).toBe("Стены");
    expect(textOf({ ...file, body: "a.png" })).toBe("");
    expect(textOf({ msgtype: "m.text", body: "да" })).toBe("да");
  });
  test("is put in the place of the other, and taken away", () => {
    const kept = {
      msgtype: "m.image",
      filename: "a.png",
      url: "mxc://a/a",
      "org.depesha.album": "m",
    };
    expect(withCaption(file, messageContent("Крыша", []))).toEqual({
      ...kept,
      body: "Крыша",
      "m.mentions": {},
    });
    expect(withCaption(file, undefined)).toEqual({ ...kept, body: "a.png", "m.mentions": {} });
  });
});

test("whom a text mentions still, each once, is known before it is sent", () => {
  const anna = { name: "Анна", userId: "@anna:a.org" };
  const boris = { name: "Борис", userId: "@boris:a.org" };
  const unit = { name: "Отдел", unit: 7 };
  const text = "@Анна, @Отдел и ещё раз @Анна";
  expect(mentionedPeople(text, [boris, anna, unit, anna])).toEqual(["@anna:a.org"]);
  expect(mentionedPeople("Анна", [anna])).toEqual([]);
});
