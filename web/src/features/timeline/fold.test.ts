import { expect, test } from "vitest";
import { foldedNames } from "./fold";

const member = (name: string, membership: string, before?: string) => ({
  type: "m.room.member",
  senderName: name,
  stateKey: `@${name}:x`,
  content: { membership, displayname: name },
  ...(before !== undefined && { prevContent: { membership: before } }),
});
const topic = { type: "m.room.topic", senderName: "Анна", stateKey: "", content: {} };

test("those who came are named, each once", () => {
  const lines = [
    member("Анна", "join"),
    member("Борис", "invite"),
    topic,
    member("Борис", "join", "invite"),
    member("Анна", "join", "leave"),
  ];
  expect(foldedNames(lines)).toEqual(["Анна", "Борис"]);
});

test("a new name or face is no coming", () => {
  const renamed = member("Анна", "join", "join");
  expect(foldedNames([renamed, topic, topic])).toEqual([]);
  expect(foldedNames([member("Борис", "join"), renamed])).toEqual([]);
});
