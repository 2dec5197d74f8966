import { describe, expect, test } from "vitest";
import { snippetOf, soughtOf, stemsOf } from "./words";

const finds = (text: string, sought: string) => snippetOf(text, soughtOf(sought)) !== undefined;

describe("words", () => {
  test("are found by their other forms in both languages", () => {
    expect(finds("Совещание переносится на четверг", "совещания ")).toBe(true);
    expect(finds("Приказы подписаны директором", "подписанный директор ")).toBe(true);
    expect(finds("The meetings were moved", "meeting move ")).toBe(true);
    expect(finds("Совещание переносится", "отпуск ")).toBe(false);
  });

  test("must all be there", () => {
    expect(finds("приказ об отпуске", "приказ отпуск")).toBe(true);
    expect(finds("приказ", "приказ отпуск")).toBe(false);
  });

  test("count as their beginning while they are typed", () => {
    expect(finds("делопроизводитель", "делопр")).toBe(true);
    expect(finds("делопроизводитель", "делопр ")).toBe(false);
  });

  test("do not differ by case, by ё, or by width", () => {
    expect([...stemsOf("ОТЧЁТ ｏｔｃｈｅｔ")]).toEqual([...stemsOf("отчет otchet")]);
  });

  test("are shown with their places marked", () => {
    const text = `${"а ".repeat(60)}годовой отчёт готов`;
    const found = snippetOf(text, soughtOf("отчёты "));
    const [start, end] = found?.marks[0] ?? [0, 0];
    expect(found?.snippet.slice(start, end)).toBe("отчёт");
    expect(found?.snippet.startsWith("…")).toBe(true);
  });
});
