import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readGuide } from "./data";

const DOCS = new URL("../../../../docs/user/", import.meta.url);
const guide = (lang: string) => readGuide(readFileSync(new URL(`${lang}/guide.md`, DOCS), "utf8"));

test("a guide is read into titles, words, lists and pictures", () => {
  const read = readGuide("# Title\n\n## One\n\nA **b** `C`.\n\n- x\n- y\n\n![alt](../p/z.jpg)\n");
  expect(read).toEqual({
    title: "Title",
    sections: [
      {
        title: "One",
        blocks: [
          {
            kind: "words",
            spans: [
              { text: "A ", kind: "plain" },
              { text: "b", kind: "strong" },
              { text: " ", kind: "plain" },
              { text: "C", kind: "keys" },
              { text: ".", kind: "plain" },
            ],
          },
          { kind: "list", items: [[{ text: "x", kind: "plain" }], [{ text: "y", kind: "plain" }]] },
          { kind: "picture", alt: "alt", name: "z.jpg" },
        ],
      },
    ],
  });
});

test("both languages tell the same, and their pictures are there", () => {
  const [en, ru] = [guide("en"), guide("ru")];
  const shape = ({ sections }: typeof en) =>
    sections.map(({ blocks }) =>
      blocks.map((each) => (each.kind === "list" ? each.items.length : each.kind)),
    );
  expect(shape(ru)).toEqual(shape(en));
  for (const { blocks } of [...en.sections, ...ru.sections])
    for (const each of blocks)
      if (each.kind === "picture")
        expect(existsSync(new URL(`pictures/${each.name}`, DOCS)), each.name).toBe(true);
});
