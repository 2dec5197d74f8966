import { describe, expect, it } from "vitest";
import {
  answerText,
  averageOf,
  barsOf,
  choicesOf,
  choose,
  firstMissing,
  isNews,
  isWhole,
  newQuestion,
  type Question,
  questionOf,
  type SurveyLine,
  sorted,
  surveyContent,
  surveyIn,
} from "./data";
import { drawResults, wrap } from "./picture";
import { withPaths } from "./units";

const lunch: Question = { text: "Lunch?", kind: "one", choices: ["Soup", "<Salad>"] };
const days: Question = { text: "Days?", kind: "many", choices: ["Mon", "Tue"], required: false };
const scale: Question = { text: "How?", kind: "scale", steps: 3, least: "bad", most: "good" };
const why: Question = { text: "Why?", kind: "text", required: false };

describe("answers", () => {
  it("one takes the other's place, several add up", () => {
    expect(choose(lunch, [0], 1)).toEqual([1]);
    expect(choose(lunch, [1], 1)).toEqual([1]);
    expect(choose(days, [1], 0)).toEqual([0, 1]);
    expect(choose(days, [0, 1], 0)).toEqual([1]);
    expect(choose({ ...lunch, required: false }, [1], 1)).toEqual([]);
  });

  it("finds the first that is missing, if it must be there", () => {
    expect(firstMissing([days, lunch, why], [[], [], ""])).toBe(1);
    expect(firstMissing([days, lunch, why], [[], [0], ""])).toBe(-1);
    expect(firstMissing([{ ...why, required: true }], ["  "])).toBe(0);
  });

  it("are told in words", () => {
    expect(answerText(days, [0, 1])).toBe("Mon, Tue");
    expect(answerText(scale, [2])).toBe("3 — good");
    expect(answerText(why, "so")).toBe("so");
    expect(choicesOf(scale)).toEqual(["1 — bad", "2", "3 — good"]);
  });
});

describe("results", () => {
  it("are shares of those who have answered", () => {
    const bars = barsOf(days, { said: 3, counts: [3, 1] });
    expect(bars.map(({ share, best }) => [share, best])).toEqual([
      [100, true],
      [33, false],
    ]);
    expect(barsOf(days, { said: 0, counts: [0, 0] }).some(({ best }) => best)).toBe(false);
    expect(averageOf(scale, { said: 3, counts: [1, 0, 2] })).toBe(2.3);
    expect(averageOf(lunch, { said: 1, counts: [1, 0] })).toBeUndefined();
  });

  it("are drawn with all that is said, and nothing of it as markup", () => {
    const results = {
      answered: 2,
      questions: [
        { said: 2, counts: [1, 1], texts: [] },
        { said: 2, counts: [], texts: ["a & b", "</text>"] },
      ],
    };
    const caption = {
      title: "Canteen",
      note: "open",
      said: String,
      average: String,
      more: String,
    };
    const { svg, height } = drawResults([lunch, why], results, caption);
    expect(svg).toContain("&lt;Salad&gt;");
    expect(svg).toContain("a &amp; b");
    expect(svg).toContain("50% (1)");
    expect(svg.split("</text>").length).toBe(svg.split("<text ").length);
    expect(height).toBeGreaterThan(100);
  });

  it("break long words and keep the order", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("abcdefgh i", 4)).toEqual(["abcd", "efgh", "i"]);
    expect(wrap("  ", 4)).toEqual([]);
  });
});

describe("making one", () => {
  it("asks for words and two choices", () => {
    const draft = { ...newQuestion(), text: " Lunch? " };
    expect(isWhole(draft)).toBe(false);
    const whole = { ...draft, choices: [" a ", "", "b"] };
    expect(isWhole(whole)).toBe(true);
    expect(questionOf(whole)).toEqual({
      text: "Lunch?",
      kind: "one",
      required: true,
      choices: ["a", "b"],
    });
    expect(questionOf({ ...draft, kind: "scale" })).not.toHaveProperty("choices");
    expect(isWhole({ ...draft, kind: "text" })).toBe(true);
  });

  it("leads to it by a message that others can read", () => {
    const content = surveyContent("abc", "Survey: Canteen");
    expect(surveyIn(content)).toBe("abc");
    expect(content.body).toBe("Survey: Canteen");
    expect(surveyIn({ body: "x", "org.depesha.survey": { survey_id: 3 } })).toBeUndefined();
  });

  it("names units by the way down to them", () => {
    const told = [
      { unit_id: 1, name: "City" },
      { unit_id: 2, name: "Law", parent: 1 },
      { unit_id: 3, name: "Courts", parent: 2 },
      { unit_id: 4, name: "IT", parent: 1 },
    ];
    expect(withPaths(told).at(2)?.path).toBe("City › Law › Courts");
    expect(withPaths(told, new Set([2])).map(({ id }) => id)).toEqual([2, 3]);
  });
});

it("news are of the surveys that they name", () => {
  expect(isNews({ surveys: ["a"] }, "a")).toBe(true);
  expect(isNews({ surveys: ["a"] }, "b")).toBe(false);
  expect(isNews({ surveys: ["a"] })).toBe(true);
  expect(isNews(null)).toBe(false);
});

it("what waits stands apart from one's own and the rest", () => {
  const line = (id: string, part: Partial<SurveyLine>) =>
    ({
      survey_id: id,
      may_answer: false,
      has_answered: false,
      is_mine: false,
      ...part,
    }) as SurveyLine;
  const { waiting, mine, rest } = sorted([
    line("waits", { may_answer: true }),
    line("mine", { is_mine: true }),
    line("changeable", { may_answer: true, has_answered: true }),
  ]);
  expect([waiting, mine, rest].map((lines) => lines.map((one) => one.survey_id))).toEqual([
    ["waits"],
    ["mine"],
    ["changeable"],
  ]);
});
