import { expect, test } from "vitest";
import { markNames, namedIn } from "./named";

const named = (name: string, me = "") => ({
  tag: "span",
  attrs: { "data-named": me },
  children: [name],
});

test("names are marked where they stand, the longest first", () => {
  const names = ["Право", "Право и надзор"];
  expect(markNames(["@Право и надзор, @Право: @Правовой"], names, false)).toEqual([
    named("@Право и надзор"),
    ", ",
    named("@Право"),
    ": @Правовой",
  ]);
  const code = { tag: "code", attrs: {}, children: ["@Право"] };
  const bold = { tag: "b", attrs: {}, children: ["@Право"] };
  expect(markNames([code, bold], names, true)).toEqual([
    code,
    { ...bold, children: [named("@Право", "me")] },
  ]);
  expect(markNames(["a@Право"], [], true)).toEqual(["a@Право"]);
});

test("signs of expressions in a name are letters", () => {
  expect(markNames(["@A (b)*"], ["A (b)*"], false)).toEqual([named("@A (b)*")]);
});

test("no more is marked than is called", () => {
  const mentions = { units: [1], groups: ["x"], names: ["Право", "x", "чужое"] };
  expect(namedIn({ "org.depesha.mentions": mentions })).toEqual(["Право", "x"]);
  expect(namedIn({ "org.depesha.mentions": "?" })).toEqual([]);
  expect(namedIn({ "m.mentions": { room: true } })).toContain("все");
});
