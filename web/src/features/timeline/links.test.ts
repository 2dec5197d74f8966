import { expect, test } from "vitest";
import { parseMatrixLink } from "./links";

test.each([
  ["https://matrix.to/#/@a:b.org", { kind: "user", id: "@a:b.org" }],
  ["https://matrix.to/#/%40a%3Ab.org", { kind: "user", id: "@a:b.org" }],
  ["https://matrix.to/#/!r:b.org/$e?via=b.org", { kind: "room", id: "!r:b.org", eventId: "$e" }],
  ["matrix:u/a:b.org", { kind: "user", id: "@a:b.org" }],
  ["matrix:roomid/r:b.org/e/abc?via=x", { kind: "room", id: "!r:b.org", eventId: "$abc" }],
  ["https://example.org/#/@a:b", undefined],
  ["https://matrix.to/#/nonsense", undefined],
])("%s", (href, link) => expect(parseMatrixLink(href)).toEqual(link));
