import { expect, test } from "vitest";
import { forwardContent } from "./forward";

test("what is forwarded answers nobody, names nobody and is not urgent", () => {
  const content = {
    msgtype: "m.text",
    body: "да",
    "m.relates_to": { "m.in_reply_to": { event_id: "$a" } },
    "m.mentions": { user_ids: ["@a:b"] },
    "org.depesha.urgent": {},
    "org.depesha.official": { kind: "emergency" },
    "org.depesha.substitution": { user_id: "@a:b" },
  };
  expect(forwardContent(content)).toEqual({ msgtype: "m.text", body: "да", "m.mentions": {} });
});
