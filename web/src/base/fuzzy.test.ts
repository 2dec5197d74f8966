import { describe, expect, test } from "vitest";
import { isOneTypo, match } from "./fuzzy";
import { otherLayout } from "./layout";

describe("the other layout", () => {
  test("turns what was meant to be Russian into Russian, and back", () => {
    expect(otherLayout("ghbdtn")).toBe("привет");
    expect(otherLayout("руддщ")).toBe("hello");
  });
});

describe("one typo", () => {
  test.each([
    ["отдел", "отдл"],
    ["отдел", "отдеел"],
    ["отдел", "одтел"],
    ["отдел", "отдил"],
  ])("%s and %s", (a, b) => expect(isOneTypo(a, b)).toBe(true));
  test("two are two", () => expect(isOneTypo("отдел", "атдил")).toBe(false));
});

describe("matching", () => {
  test("prefixes of words go before insides of words", () => {
    expect(match("ан", "Анна Орлова")).toBeGreaterThan(match("ан", "Иванов"));
  });
  test("every part of the query is needed", () => {
    expect(match("анна ор", "Анна Орлова")).toBeGreaterThan(0);
    expect(match("анна петр", "Анна Орлова")).toBe(0);
  });
  test("the wrong layout and a typo are forgiven", () => {
    expect(match("jhkjd", "Анна Орлова")).toBeGreaterThan(0);
    expect(match("бухгатлерия", "Бухгалтерия")).toBeGreaterThan(0);
  });
  test("ё and е are one letter", () => expect(match("семен", "Семён")).toBeGreaterThan(0));
});
