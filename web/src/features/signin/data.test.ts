import { expect, test } from "vitest";
import { browserOf, homeserverOf, userOf } from "./data";

test("a server's address is completed", () => {
  expect(homeserverOf("", "https://own.org")).toBe("https://own.org");
  expect(homeserverOf(" depesha.example.org/ ", "x")).toBe("https://depesha.example.org");
  expect(homeserverOf("http://127.0.0.1:8008", "x")).toBe("http://127.0.0.1:8008");
});

test("names with and without the sign", () => {
  expect(userOf(" @anna ")).toBe("anna");
  expect(userOf("@anna:a.org")).toBe("@anna:a.org");
});

test("browsers are named", () => {
  const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36";
  expect(browserOf(agent)).toBe("Chrome, Linux");
});
