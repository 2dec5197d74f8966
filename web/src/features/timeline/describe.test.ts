import { describe, expect, test } from "vitest";
import { withoutMarks } from "../../base/words";
import { setLanguage } from "../../ui/preferences";
import { tellEvent, tellPreview } from "./describe";

describe("one line of a message", () => {
  test.each([
    ["**Важно**: см. [сайт](https://a.b)", "Важно: см. сайт"],
    ["# Итоги\n- раз\n- два", "Итоги раз два"],
    ["```rust\nfn a() {}\n```", "fn a() {}"],
    ["2 ** 3 и __", "2 ** 3 и __"],
    ["snake_case", "snake_case"],
    ["*курсив* и 2 * 3 * 4", "курсив и 2 * 3 * 4"],
    ["| a | b |\n|---|:--|\n| 1 | 2 |", "| a | b | | 1 | 2 |"],
  ])("%s", (body, line) => expect(withoutMarks(body)).toBe(line));

  test("a text that would keep a reader busy is read at once", () => {
    for (const mark of ["[", "**a ", "- ", "*a"])
      expect(withoutMarks(mark.repeat(20_000)).length).toBeLessThanOrEqual(1000);
  });
});

describe("events in words", () => {
  setLanguage("ru");
  const member = (membership: string, before?: string, self = false) =>
    tellEvent({
      type: "m.room.member",
      sender: self ? "@b:x" : "@a:x",
      senderName: self ? "Борис" : "Анна",
      stateKey: "@b:x",
      content: { membership, displayname: "Борис" },
      ...(before ? { prevContent: { membership: before, displayname: "Борис" } } : {}),
    });
  test("memberships tell who did what", () => {
    expect(member("invite")).toBe("Анна приглашает: Борис");
    expect(member("join", "invite", true)).toBe("Борис теперь в чате");
    expect(member("leave", "join")).toBe("Анна исключает: Борис");
    expect(member("leave", "join", true)).toBe("Борис покидает чат");
    expect(member("leave", "invite", true)).toBe("Борис отклоняет приглашение");
    expect(member("leave", "ban")).toBe("Анна разблокирует: Борис");
  });
  test("a deleted message says nothing of what it was", () => {
    expect(tellEvent({ type: "m.room.message", body: "тайна", redacted: { by: "@a:x" } })).toBe(
      "Сообщение удалено",
    );
  });
  test("a file with a caption is told by its caption", () => {
    const content = { msgtype: "m.image", body: "С совещания", filename: "a.jpg" };
    expect(tellEvent({ type: "m.room.message", content })).toBe("С совещания");
    expect(
      tellEvent({ type: "m.room.message", content: { msgtype: "m.image", body: "a.jpg" } }),
    ).toBe("Фотография");
  });
  test("a preview tells who spoke, where it is not plain", () => {
    const preview = {
      sender: "@a:x",
      senderName: "Анна",
      mine: false,
      ts: 0,
      type: "m.room.message",
      msgtype: "m.text",
      body: "да",
      state: "sent",
      redacted: false,
    } as const;
    expect(tellPreview(preview, true)).toBe("Анна: да");
    expect(tellPreview(preview, false)).toBe("да");
    expect(tellPreview({ ...preview, mine: true }, false)).toBe("Вы: да");
  });
});
