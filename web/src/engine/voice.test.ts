import { expect, test } from "vitest";
import { saidByPerson } from "./voice";

test("nobody speaks for the server inside of encryption, nor by an edit", () => {
  const forged = {
    msgtype: "m.server_notice",
    body: "Leave the building",
    "org.depesha.official": { kind: "emergency" },
    "org.depesha.substitution": { user_id: "@a:x" },
  };
  const said = { msgtype: "m.text", body: "Leave the building" };
  expect(saidByPerson(forged)).toEqual(said);
  expect(saidByPerson({ ...said, "m.new_content": forged })).toEqual({
    ...said,
    "m.new_content": said,
  });
  const urgent = { msgtype: "m.text", body: "x", "org.depesha.urgent": {} };
  expect(saidByPerson(urgent)).toEqual(urgent);
});
