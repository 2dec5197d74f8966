import { expect, test } from "vitest";
import { browserOf, homeserverOf, loginTokenIn, ssoAddress, userOf } from "./data";

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

test("the way to the server's pages and back", () => {
  expect(ssoAddress("https://a.org", "https://a.org/", "city id")).toBe(
    "https://a.org/_matrix/client/v3/login/sso/redirect/city%20id?redirectUrl=https%3A%2F%2Fa.org%2F",
  );
  expect(ssoAddress("https://a.org", "https://b.org/x")).not.toContain("redirect/");
  expect(loginTokenIn("?loginToken=abc%2F1")).toBe("abc/1");
  expect(loginTokenIn("?loginToken=")).toBeUndefined();
  expect(loginTokenIn("")).toBeUndefined();
});
