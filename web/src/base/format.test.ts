import { describe, expect, test } from "vitest";
import { ago, dayLabel, duration, fileSize, initials, listTime, plainName, shade } from "./format";
import { chooseLanguage, translate } from "./i18n";

const now = new Date(2026, 10, 27, 14, 30).getTime();
const day = 86_400_000;

describe("texts", () => {
  const forms = {
    one: "{count} чат",
    few: "{count} чата",
    many: "{count} чатов",
    other: "{count} чата",
  };
  test.each([
    [1, "1 чат"],
    [3, "3 чата"],
    [11, "11 чатов"],
    [21, "21 чат"],
  ])("%i in Russian", (count, text) => expect(translate("ru", forms, { count })).toBe(text));
  test("what is not given stays", () =>
    expect(translate("en", "Hello {name}")).toBe("Hello {name}"));
  test("the first spoken language wins", () => {
    expect(chooseLanguage(["de", "en-US", "ru"])).toBe("en");
    expect(chooseLanguage(["de"])).toBe("ru");
  });
});

describe("times", () => {
  test("today is a time, this week a weekday, before that a date", () => {
    expect(listTime("ru", new Date(2026, 10, 27, 9, 5).getTime(), now)).toBe("09:05");
    expect(listTime("ru", now - 2 * day, now)).toBe("ср");
    expect(listTime("en", now - 30 * day, now)).toBe("28 Oct");
    expect(listTime("ru", new Date(2025, 0, 2).getTime(), now)).toBe("02.01.25");
  });
  test("separators name today and yesterday", () => {
    expect(dayLabel("ru", now, now)).toBe("Сегодня");
    expect(dayLabel("en", now - day, now)).toBe("Yesterday");
    expect(dayLabel("ru", now - 10 * day, now)).toBe("17 ноября");
  });
  test("ago", () => expect(ago("ru", now - 5 * 60_000, now)).toBe("5 минут назад"));
  test("durations", () => {
    expect(duration(7_900)).toBe("0:07");
    expect(duration(3_723_000)).toBe("1:02:03");
  });
});

test("sizes", () => {
  expect(fileSize("en", 1536)).toBe("1.5\u00a0kB");
  expect(fileSize("ru", 12_000_000)).toBe("11\u00a0МБ");
});

test("initials are of words, not of signs", () => {
  expect(initials("Анна Орлова")).toBe("АО");
  expect(initials("#общий")).toBe("О");
  expect(initials("…")).toBe("?");
});

test("a shade is stable and in range", () => {
  expect(shade("@anna:example.org", 8)).toBe(shade("@anna:example.org", 8));
  for (const name of ["a", "b", "Анна", ""]) expect(shade(name, 8)).toBeLessThan(8);
});

test("a name is not turned by signs, and is none where nothing is seen", () => {
  expect(plainName("\u202ecod.exe")).toBe("cod.exe");
  expect(plainName(" \u2066Анна\u2069 ")).toBe("Анна");
  expect(plainName("👩\u200d💻 שלום")).toBe("👩\u200d💻 שלום");
  for (const name of ["", " ", "\u200b\u200b", "\u202e", undefined])
    expect(plainName(name)).toBeUndefined();
});
