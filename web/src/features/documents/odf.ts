/** Texts, sheets and slides of OpenDocument (ISO/IEC 26300). */

import {
  type Block,
  type Cell,
  MOST_BLOCKS,
  MOST_COLUMNS,
  MOST_PARTS,
  MOST_ROWS,
  type Office,
  type Paragraph,
  type Part,
  pictureAt,
} from "./model";
import { attribute, elements, find, findAll, parseXml, type Tag } from "./xml";
import type { Zip } from "./zip";

const DEEPEST = 8;

interface Around {
  zip: Zip;
  left: { blocks: number };
}

export async function readOdf(zip: Zip): Promise<Office> {
  const body = find(parseXml(await zip.read("content.xml")), "body");
  const around: Around = { zip, left: { blocks: MOST_BLOCKS } };
  const sheets = elements(find(body, "spreadsheet"), "table");
  const slides = elements(find(body, "presentation"), "page");
  if (sheets.length > 0) return { parts: sheets.slice(0, MOST_PARTS).map(sheet), cut: false };
  const parts: Part[] = [];
  for (const [at, page] of slides.slice(0, MOST_PARTS).entries())
    parts.push({ title: String(at + 1), blocks: await framesOf(page, around) });
  if (slides.length === 0)
    parts.push({ title: "", blocks: await blocksOf(find(body, "text"), around, 0) });
  return { parts, cut: around.left.blocks <= 0 || slides.length > MOST_PARTS };
}

const repeated = (of: Tag, what: string) =>
  Math.max(1, Number(attribute(of, `number-${what}-repeated`) ?? 1) || 1);

function sheet(table: Tag): Part {
  const grid: string[][] = [];
  for (const row of rowsOf(table)) {
    const line: string[] = [];
    for (const cell of elements(row)) {
      if (cell.name !== "table-cell" && cell.name !== "covered-table-cell") continue;
      const text = elements(cell, "p").map(textOf).join("\n");
      for (let n = repeated(cell, "columns"); n > 0 && line.length < MOST_COLUMNS; n--)
        line.push(text);
    }
    while (line.at(-1) === "") line.pop();
    const times = line.length === 0 ? Math.min(3, repeated(row, "rows")) : repeated(row, "rows");
    for (let n = times; n > 0 && grid.length < MOST_ROWS; n--) grid.push(line);
  }
  while (grid.at(-1)?.length === 0) grid.pop();
  return { title: attribute(table, "name") ?? "", blocks: [], grid };
}

function rowsOf(table: Tag): Tag[] {
  return elements(table).flatMap((child) => {
    if (child.name === "table-row") return [child];
    return child.name.startsWith("table-row") || child.name === "table-header-rows"
      ? rowsOf(child)
      : [];
  });
}

async function framesOf(page: Tag, around: Around): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const frame of elements(page)) {
    const isTitle = attribute(frame, "class") === "title";
    for (const box of findAll(frame, "text-box")) {
      const said = await blocksOf(box, around, 0);
      blocks.push(
        ...said.map((one) => (one.kind === "text" && isTitle ? { ...one, level: 2 } : one)),
      );
    }
    blocks.push(...(await picturesOf(frame, around)));
    for (const table of elements(frame, "table")) blocks.push(await tableOf(table, around, 1));
  }
  return blocks;
}

async function picturesOf(of: Tag, { zip }: Around): Promise<Block[]> {
  const made = await Promise.all(
    findAll(of, "image").map((one) => pictureAt(zip, attribute(one, "href"))),
  );
  return made.filter((one) => one !== undefined);
}

async function blocksOf(
  of: Tag | undefined,
  around: Around,
  depth: number,
  list?: number,
): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const child of depth > DEEPEST ? [] : elements(of)) {
    if (around.left.blocks-- <= 0) break;
    blocks.push(...(await blocksIn(child, around, depth, list)));
  }
  return blocks;
}

async function blocksIn(
  child: Tag,
  around: Around,
  depth: number,
  list: number | undefined,
): Promise<Block[]> {
  switch (child.name) {
    case "p":
    case "h":
      return [paragraph(child, list), ...(await picturesOf(child, around))];
    case "list": {
      const next = list === undefined ? 0 : list + 1;
      const items = elements(child).map((item) => blocksOf(item, around, depth + 1, next));
      return (await Promise.all(items)).flat();
    }
    case "table":
      return [await tableOf(child, around, depth + 1)];
    case "section":
      return blocksOf(child, around, depth + 1);
    default:
      return [];
  }
}

function paragraph(of: Tag, list: number | undefined): Paragraph {
  const level = of.name === "h" ? Number(attribute(of, "outline-level") ?? 1) || 1 : 0;
  const text = textOf(of);
  return {
    kind: "text",
    runs: text ? [{ text }] : [],
    ...(level > 0 && { level: Math.min(6, level) }),
    ...(list !== undefined && { marker: "•", indent: list }),
  };
}

async function tableOf(table: Tag, around: Around, depth: number): Promise<Block> {
  const rows: Cell[][] = [];
  for (const row of rowsOf(table)) {
    const cells: Cell[] = [];
    for (const cell of elements(row, "table-cell")) {
      const span = Number(attribute(cell, "number-columns-spanned") ?? 1) || 1;
      const blocks = await blocksOf(cell, around, depth);
      cells.push({ blocks, span: Math.min(MOST_COLUMNS, Math.max(1, span)) });
    }
    rows.push(cells);
  }
  return { kind: "table", rows };
}

/** The words of a paragraph; notes and comments stand elsewhere. */
function textOf(of: Tag): string {
  return of.children
    .map((child) => {
      if (typeof child === "string") return child.replace(/\s+/g, " ");
      if (child.name === "s")
        return " ".repeat(Math.min(80, Number(attribute(child, "c") ?? 1) || 1));
      if (child.name === "tab") return "\t";
      if (child.name === "line-break") return "\n";
      return child.name === "span" || child.name === "a" ? textOf(child) : "";
    })
    .join("");
}
