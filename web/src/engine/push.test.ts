import { describe, expect, test } from "vitest";
import { type Judged, judge, keywordRule, notifySettings, rulesFor } from "./push";
import type { Content } from "./records";
import { isUrgent } from "./urgent";

const me = "@me:x";
const rule = (rule_id: string, conditions: Content[], actions: unknown[]) => ({
  rule_id,
  enabled: true,
  conditions,
  actions,
});
const RULES = {
  global: {
    override: [
      rule(
        ".m.rule.suppress_notices",
        [{ kind: "event_match", key: "content.msgtype", pattern: "m.notice" }],
        [],
      ),
      rule(
        ".m.rule.is_user_mention",
        [{ kind: "event_property_contains", key: "content.m\\.mentions.user_ids", value: me }],
        ["notify", { set_tweak: "sound", value: "default" }, { set_tweak: "highlight" }],
      ),
      rule(
        ".m.rule.is_room_mention",
        [
          { kind: "event_property_is", key: "content.m\\.mentions.room", value: true },
          { kind: "sender_notification_permission", key: "room" },
        ],
        ["notify", { set_tweak: "highlight" }],
      ),
    ],
    content: [{ rule_id: "w", enabled: true, pattern: "прик?з*", actions: ["notify"] }],
    room: [{ rule_id: "!quiet", enabled: true, actions: [] }],
    underride: [
      rule(
        ".m.rule.room_one_to_one",
        [
          { kind: "room_member_count", is: "2" },
          { kind: "event_match", key: "type", pattern: "m.room.message" },
        ],
        ["notify", { set_tweak: "sound", value: "default" }],
      ),
      rule(
        ".m.rule.message",
        [{ kind: "event_match", key: "type", pattern: "m.room.message" }],
        ["notify"],
      ),
    ],
  },
};

function judged(content: Content, more: Partial<Judged> & { room_id?: string } = {}): Judged {
  const { room_id = "!room", ...rest } = more;
  const event = { type: "m.room.message", sender: "@x:x", room_id, content };
  return { event, members: 10, myName: "Я", mayNotifyRoom: false, ...rest };
}

describe("the rules", () => {
  const verdict = (...ask: Parameters<typeof judged>) => judge(RULES, judged(...ask));

  test("tell of messages, with a sound where two talk", () => {
    expect(verdict({ body: "a" })).toEqual({ notify: true, highlight: false, sound: false });
    expect(verdict({ body: "a" }, { members: 2 }).sound).toBe(true);
  });

  test("are silent in a room that is, but for mentions", () => {
    expect(verdict({ body: "a" }, { room_id: "!quiet" }).notify).toBe(false);
    const mention = { body: "a", "m.mentions": { user_ids: [me] } };
    expect(verdict(mention, { room_id: "!quiet" })).toMatchObject({
      notify: true,
      highlight: true,
    });
  });

  test("let what is urgent through a room that is silent, and an edit of it not", () => {
    const loud = rule(
      ".org.depesha.rule.urgent",
      [{ kind: "org.depesha.urgent" }],
      ["notify", { set_tweak: "highlight" }],
    );
    const mute = rule("!quiet", [{ kind: "event_match", key: "room_id", pattern: "!quiet" }], []);
    const rules = { global: { override: [loud, mute] } };
    const content = { body: "a", "org.depesha.urgent": {} };
    const edit = { ...content, "m.relates_to": { rel_type: "m.replace" } };
    const heard = (told: Content, type = "m.room.message") =>
      judge(rules, judged(told, { room_id: "!quiet", isUrgent: isUrgent(type, told) })).highlight;
    expect(heard(content)).toBe(true);
    expect(heard(content, "m.room.encrypted")).toBe(true);
    expect(heard(content, "m.reaction")).toBe(false);
    expect(heard(edit)).toBe(false);
    expect(heard({ body: "a", "org.depesha.urgent": true })).toBe(false);
  });

  test("let only those call everybody who may", () => {
    const all = { body: "a", "m.mentions": { room: true } };
    expect(verdict(all).highlight).toBe(false);
    expect(verdict(all, { mayNotifyRoom: true }).highlight).toBe(true);
  });

  test("find words by patterns, whole and in any case", () => {
    expect(verdict({ body: "Новый ПРИКАЗ!" }, { room_id: "!quiet" }).notify).toBe(true);
    expect(verdict({ body: "неприказный" }, { room_id: "!quiet" }).notify).toBe(false);
  });

  test("say nothing of notices, and of what no rule names", () => {
    expect(verdict({ msgtype: "m.notice", body: "a" }).notify).toBe(false);
    expect(judge(undefined, judged({ body: "a" })).notify).toBe(false);
  });
});

describe("the setting of a chat", () => {
  test("is read as it is written", () => {
    const id = "!r:x";
    for (const notify of ["none", "mentions"] as const) {
      const { put } = rulesFor(id, notify);
      const kind = put?.path.split("/")[0] ?? "";
      const rules = { global: { [kind]: [{ rule_id: id, enabled: true, ...put?.body }] } };
      expect(notifySettings(rules).get(id)).toBe(notify);
    }
    expect(rulesFor(id, "all")).toEqual({ drop: ["override/!r%3Ax", "room/!r%3Ax"] });
  });
});

test.each([
  ["отчёт", "где отчёт?", true],
  ["отчёт", "отчётность", false],
  ["отчёт", "ОТЧЁТ", true],
])("the word %s in “%s”: %s", (keyword, body, rings) => {
  const content = [{ rule_id: keyword, enabled: true, ...keywordRule(keyword) }];
  const rules = { global: { content } };
  const event = { type: "m.room.message", content: { body } };
  const verdict = judge(rules, { event, members: 9, myName: "", mayNotifyRoom: false });
  expect(verdict).toMatchObject({ notify: rings, highlight: rings, sound: rings });
});
