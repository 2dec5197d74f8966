import { expect, test } from "vitest";
import { readFolders, withToggled } from "./folders";

test("folders of strangers' making are read with care", () => {
  expect(
    readFolders({ folders: [{ id: "a", name: "Работа", rooms: ["!1"] }, { id: 7 }, null] }),
  ).toEqual([{ id: "a", name: "Работа", rooms: ["!1"] }]);
  expect(readFolders({ folders: "x" })).toEqual([]);
  expect(readFolders(null)).toEqual([]);
});

test("a chat goes in and out", () => {
  const once = withToggled([{ id: "a", name: "Работа", rooms: [] }], "a", "!1");
  expect(once[0]?.rooms).toEqual(["!1"]);
  expect(withToggled(once, "a", "!1")[0]?.rooms).toEqual([]);
});
