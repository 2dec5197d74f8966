import { expect, test } from "vitest";
import { namedBy, pathOf } from "./data";

test("codes of ours and of other clients name the same", () => {
  const user = { kind: "user", id: "@anna:bank.example" };
  const room = { kind: "room", id: "#отдел:bank.example" };
  for (const text of [
    "https://chat.bank.example/#/user/@anna:bank.example",
    "https://matrix.to/#/@anna:bank.example",
    "https://matrix.to/#/%40anna%3Abank.example?via=x",
    "matrix:u/anna:bank.example?action=chat",
    " @anna:bank.example\n",
  ])
    expect(namedBy(text)).toEqual(user);
  for (const text of [
    "https://chat.bank.example/#/chat/%23%D0%BE%D1%82%D0%B4%D0%B5%D0%BB:bank.example",
    "matrix:r/%D0%BE%D1%82%D0%B4%D0%B5%D0%BB:bank.example",
    "https://matrix.to/#/#отдел:bank.example/$event",
  ])
    expect(namedBy(text)).toEqual(room);
  expect(namedBy("matrix:roomid/abc:bank.example")).toEqual({
    kind: "room",
    id: "!abc:bank.example",
  });
});

test("other codes name nothing", () => {
  for (const text of ["", "https://example.org/", "WIFI:S:home;;", "@", "@anna", "%E0%A4%A", "#"])
    expect(namedBy(text)).toBeUndefined();
});

test("a code is drawn by its dark modules", () => {
  expect(pathOf(2, (at) => at === 1 || at === 2)).toBe("M1 0h1v1h-1zM0 1h1v1h-1z");
});
