import { describe, expect, test } from "vitest";
import { choicesFor, type Sources } from "./paletteData";

const chat = (id: string, name: string, peer?: string): Sources["chats"][number] => ({
  id,
  name,
  membership: "join",
  kind: peer ? "direct" : "group",
  ...(peer ? { peer } : {}),
});
const sources: Sources = {
  chats: [
    chat("!1", "Канцелярия"),
    chat("!2", "Отдел кадров"),
    chat("!3", "Анна Орлова", "@anna:x"),
  ],
  people: [
    { id: "@anna:x", name: "Анна Орлова" },
    { id: "@kadrov:x", name: "Кадров Иван" },
  ],
  actions: [
    { id: "palette", title: "Быстрый переход" },
    { id: "theme", title: "Тёмная тема" },
  ],
  recent: ["!2"],
  open: "!1",
};
const keys = (query: string, people = sources.people) =>
  choicesFor(query, { ...sources, people }).map(({ key }) => key);

describe("the quick jump", () => {
  test("without words offers recent chats, then others, then actions, never where one is", () => {
    expect(keys("")).toEqual(["chat !2", "chat !3", "action theme"]);
  });
  test("a recent chat goes before a stranger of a like name", () => {
    expect(keys("кадров")[0]).toBe("chat !2");
    expect(keys("кадров")).toContain("person @kadrov:x");
  });
  test("a person with a chat is offered once", () => {
    expect(keys("анна", sources.people.slice(0, 1))).toEqual(["chat !3"]);
  });
  test("the wrong layout and a typo find it", () => {
    expect(keys("rfywtkzhbz")[0]).toBe("chat !1");
    expect(keys("канцелрия")[0]).toBe("chat !1");
    expect(keys("темная", [])).toEqual(["action theme"]);
  });
});
