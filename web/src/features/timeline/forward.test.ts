import { expect, test } from "vitest";
import { forwardContent } from "./forward";

test("what is forwarded answers nobody and names nobody", () => {
  const content = {
    msgtype: "m.text",
    body: "да",
    "m.relates_to": { "m.in_reply_to": { event_id: "$a" } },
    "m.mentions": { user_ids: ["@a:b"] },
  };
  expect(forwardContent(content)).toEqual({ msgtype: "m.text", body: "да", "m.mentions": {} });
});
