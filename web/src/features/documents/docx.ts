/** Texts of WordprocessingML (ECMA-376, part 1, chapter 17). */

import {
  type Block,
  type Cell,
  isOn,
  MOST_BLOCKS,
  type Office,
  type Paragraph,
  pictureAt,
  type Run,
  relationsOf,
  type Table,
} from "./model";
import { attribute, elements, find, findAll, parseXml, type Tag, textIn } from "./xml";
import type { Zip } from "./zip";

const MAIN = "word/document.xml";
/** Tables inside tables inside tables: deeper ones are left out. */
const DEEPEST = 6;

interface Around {
  zip: Zip;
  relations: ReadonlyMap<string, string>;
  /** Levels of headings by the id of their style. */
  headings: ReadonlyMap<string, number>;
  marker: (numbering: Tag) => string;
  left: { blocks: number };
}

export async function readDocx(zip: Zip): Promise<Office> {
  const around: Around = {
    zip,
    relations: await relationsOf(zip, MAIN),
    headings: await headingsOf(zip),
    marker: await markersOf(zip),
    left: { blocks: MOST_BLOCKS },
  };
  const body = find(parseXml(await zip.read(MAIN)), "body");
  const blocks = await blocksOf(body, around, 0);
  return { parts: [{ title: "", blocks }], cut: around.left.blocks <= 0 };
}

async function headingsOf(zip: Zip): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  if (!zip.has("word/styles.xml")) return found;
  for (const style of elements(parseXml(await zip.read("word/styles.xml")), "style")) {
    const id = attribute(style, "styleId");
    const name = attribute(find(style, "name"), "val")?.toLowerCase() ?? "";
    const level = name === "title" ? 1 : Number(/^heading (\d)$/.exec(name)?.[1] ?? 0);
    if (id !== undefined && level > 0) found.set(id, Math.min(6, level));
  }
  return found;
}

/** Gives what stands before the next paragraph of a list, and counts. */
async function markersOf(zip: Zip): Promise<Around["marker"]> {
  if (!zip.has("word/numbering.xml")) return () => "•";
  const root = parseXml(await zip.read("word/numbering.xml"));
  const abstract = new Map(
    elements(root, "abstractNum").map((one) => [
      attribute(one, "abstractNumId") ?? "",
      elements(one, "lvl").map((level) => attribute(find(level, "numFmt"), "val") ?? "bullet"),
    ]),
  );
  const formats = new Map(
    elements(root, "num").map((one) => [
      attribute(one, "numId") ?? "",
      abstract.get(attribute(find(one, "abstractNumId"), "val") ?? "") ?? [],
    ]),
  );
  const counts = new Map<string, number[]>();
  return (numbering) => {
    const list = attribute(find(numbering, "numId"), "val") ?? "";
    const level = Math.min(8, Number(attribute(find(numbering, "ilvl"), "val") ?? 0) || 0);
    const format = formats.get(list)?.[level] ?? "bullet";
    const count = counts.get(list) ?? [];
    const next = [...count.slice(0, level), (count[level] ?? 0) + 1];
    counts.set(list, next);
    return format === "bullet" || format === "none" ? "•" : `${next.at(-1)}.`;
  };
}

async function blocksOf(of: Tag | undefined, around: Around, depth: number): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const child of elements(of)) {
    if (around.left.blocks-- <= 0) break;
    if (child.name === "p") blocks.push(...(await paragraph(child, around)));
    else if (child.name === "tbl" && depth < DEEPEST)
      blocks.push(await table(child, around, depth));
    else if (child.name === "sdt")
      blocks.push(...(await blocksOf(find(child, "sdtContent"), around, depth)));
  }
  return blocks;
}

async function paragraph(of: Tag, around: Around): Promise<Block[]> {
  const properties = find(of, "pPr");
  const level = around.headings.get(attribute(find(properties, "pStyle"), "val") ?? "");
  const numbering = find(properties, "numPr");
  const isListed = numbering && attribute(find(numbering, "numId"), "val") !== "0";
  const said: Paragraph = {
    kind: "text",
    runs: runsOf(of),
    ...(level !== undefined && { level }),
    ...(isListed && {
      marker: around.marker(numbering),
      indent: Number(attribute(find(numbering, "ilvl"), "val") ?? 0) || 0,
    }),
  };
  const pictures: Block[] = [];
  for (const blip of findAll(of, "blip")) {
    const made = await pictureAt(around.zip, around.relations.get(attribute(blip, "embed") ?? ""));
    if (made) pictures.push(made);
  }
  return said.runs.length === 0 && pictures.length > 0 ? pictures : [said, ...pictures];
}

/** What holds runs as they are now: insertions count, deletions do not. */
const HOLDERS = new Set(["hyperlink", "ins", "smartTag", "sdt", "sdtContent", "fldSimple"]);

function runsOf(of: Tag): Run[] {
  return elements(of).flatMap((child): Run[] => {
    if (HOLDERS.has(child.name)) return runsOf(child);
    if (child.name !== "r") return [];
    const text = elements(child).map(saidBy).join("");
    const properties = find(child, "rPr");
    if (text === "" || isOn(properties, "vanish")) return [];
    return [
      {
        text,
        ...(isOn(properties, "b") && { bold: true }),
        ...(isOn(properties, "i") && { italic: true }),
        ...(isOn(properties, "u") && { underline: true }),
        ...(isOn(properties, "strike") && { strike: true }),
      },
    ];
  });
}

function saidBy(part: Tag): string {
  if (part.name === "t") return textIn(part);
  if (part.name === "tab") return "\t";
  if (part.name === "noBreakHyphen") return "‑";
  return part.name === "br" || part.name === "cr" ? "\n" : "";
}

async function table(of: Tag, around: Around, depth: number): Promise<Table> {
  const rows: Cell[][] = [];
  for (const row of elements(of, "tr")) {
    const cells: Cell[] = [];
    for (const cell of elements(row, "tc")) {
      const properties = find(cell, "tcPr");
      const merged = find(properties, "vMerge");
      const blocks =
        merged && attribute(merged, "val") !== "restart"
          ? []
          : await blocksOf(cell, around, depth + 1);
      const span = Number(attribute(find(properties, "gridSpan"), "val") ?? 1) || 1;
      cells.push({ blocks, span: Math.min(60, Math.max(1, span)) });
    }
    rows.push(cells);
  }
  return { kind: "table", rows };
}
