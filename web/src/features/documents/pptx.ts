/** Slides of PresentationML (ECMA-376, part 1, chapters 19 and 21). */

import {
  type Block,
  MOST_BLOCKS,
  MOST_PARTS,
  type Office,
  type Paragraph,
  type Part,
  pictureAt,
  type Run,
  relationsOf,
} from "./model";
import { attribute, elements, find, findAll, parseXml, type Tag, textIn } from "./xml";
import type { Zip } from "./zip";

const MAIN = "ppt/presentation.xml";

export async function readPptx(zip: Zip): Promise<Office> {
  const list = find(parseXml(await zip.read(MAIN)), "sldIdLst");
  const relations = await relationsOf(zip, MAIN);
  const slides = elements(list, "sldId").flatMap(
    (slide) => relations.get(slide.attributes["r:id"] ?? "") ?? [],
  );
  const left = { blocks: MOST_BLOCKS };
  const parts: Part[] = [];
  for (const [at, path] of slides.slice(0, MOST_PARTS).entries()) {
    if (!zip.has(path)) continue;
    const tree = find(parseXml(await zip.read(path)), "cSld", "spTree");
    const blocks = await shapesOf(tree, { zip, relations: await relationsOf(zip, path), left });
    parts.push({ title: String(at + 1), blocks });
  }
  return { parts, cut: slides.length > MOST_PARTS || left.blocks <= 0 };
}

interface Around {
  zip: Zip;
  relations: ReadonlyMap<string, string>;
  left: { blocks: number };
}

async function shapesOf(of: Tag | undefined, around: Around): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const shape of elements(of)) {
    if (around.left.blocks <= 0) break;
    if (shape.name === "sp") blocks.push(...textOf(shape));
    else if (shape.name === "grpSp") blocks.push(...(await shapesOf(shape, around)));
    else if (shape.name === "graphicFrame") blocks.push(...tablesOf(shape));
    else if (shape.name === "pic") {
      const embed = attribute(find(shape, "blipFill", "blip"), "embed") ?? "";
      const made = await pictureAt(around.zip, around.relations.get(embed));
      if (made) blocks.push(made);
    }
    around.left.blocks -= 1 + blocks.length;
  }
  return blocks;
}

function textOf(shape: Tag): Paragraph[] {
  const place = attribute(find(shape, "nvSpPr", "nvPr", "ph"), "type");
  const isTitle = place === "title" || place === "ctrTitle";
  // Numbers, dates and footers of slides say nothing of their own.
  if (place === "sldNum" || place === "dt" || place === "ftr") return [];
  return paragraphs(find(shape, "txBody"), isTitle);
}

function paragraphs(body: Tag | undefined, isTitle: boolean): Paragraph[] {
  return elements(body, "p").flatMap((one): Paragraph[] => {
    const runs = elements(one).flatMap(runOf);
    if (runs.length === 0) return [];
    const indent = Number(attribute(find(one, "pPr"), "lvl") ?? 0) || 0;
    return [{ kind: "text", runs, indent, ...(isTitle && { level: 2 }) }];
  });
}

function runOf(part: Tag): Run[] {
  if (part.name === "br") return [{ text: "\n" }];
  if (part.name !== "r" && part.name !== "fld") return [];
  const properties = find(part, "rPr")?.attributes;
  return [
    {
      text: textIn(find(part, "t")),
      ...(properties?.b === "1" && { bold: true }),
      ...(properties?.i === "1" && { italic: true }),
    },
  ];
}

function tablesOf(frame: Tag): Block[] {
  return findAll(frame, "tbl").map((table) => ({
    kind: "table",
    rows: elements(table, "tr").map((row) =>
      elements(row, "tc")
        .filter((cell) => attribute(cell, "hMerge") !== "1")
        .map((cell) => ({
          blocks: paragraphs(find(cell, "txBody"), false),
          span: Math.min(60, Math.max(1, Number(attribute(cell, "gridSpan") ?? 1) || 1)),
        })),
    ),
  }));
}
