/** Sheets of SpreadsheetML (ECMA-376, part 1, chapter 18). */

import { MOST_COLUMNS, MOST_PARTS, MOST_ROWS, type Office, type Part, relationsOf } from "./model";
import { attribute, elements, find, findAll, parseXml, type Tag, textIn } from "./xml";
import type { Zip } from "./zip";

const MAIN = "xl/workbook.xml";
const DAY = 86_400_000;

export async function readXlsx(zip: Zip, language: string): Promise<Office> {
  const book = parseXml(await zip.read(MAIN));
  const relations = await relationsOf(zip, MAIN);
  const strings = await stringsOf(zip);
  const show = await formatsOf(
    zip,
    language,
    attribute(find(book, "workbookPr"), "date1904") === "1",
  );
  const sheets = elements(find(book, "sheets"), "sheet");
  const parts: Part[] = [];
  let cut = sheets.length > MOST_PARTS;
  for (const sheet of sheets.slice(0, MOST_PARTS)) {
    const path = relations.get(sheet.attributes["r:id"] ?? "");
    if (path === undefined || !zip.has(path)) continue;
    const rows = elements(find(parseXml(await zip.read(path)), "sheetData"), "row");
    const { grid, isCut } = gridOf(rows, (cell) => shownValue(cell, strings, show));
    parts.push({ title: attribute(sheet, "name") ?? "", blocks: [], grid });
    cut ||= isCut;
  }
  return { parts, cut };
}

async function stringsOf(zip: Zip): Promise<string[]> {
  if (!zip.has("xl/sharedStrings.xml")) return [];
  const root = parseXml(await zip.read("xl/sharedStrings.xml"));
  // Readings aloud of Japanese words stand in elements of their own, `rPh`.
  return elements(root, "si").map((one) =>
    elements(one)
      .filter(({ name }) => name === "t" || name === "r")
      .map((part) => (part.name === "t" ? textIn(part) : textIn(find(part, "t"))))
      .join(""),
  );
}

function gridOf(
  rows: readonly Tag[],
  value: (cell: Tag) => string,
): { grid: string[][]; isCut: boolean } {
  const grid: string[][] = [];
  let isCut = false;
  for (const row of rows) {
    const at = (Number(attribute(row, "r")) || grid.length + 1) - 1;
    if (at >= MOST_ROWS || at < 0) {
      isCut = true;
      continue;
    }
    while (grid.length <= at) grid.push([]);
    const line = grid[at] as string[];
    for (const cell of elements(row, "c")) {
      const column = columnOf(attribute(cell, "r")) ?? line.length;
      if (column >= MOST_COLUMNS) {
        isCut = true;
        continue;
      }
      while (line.length <= column) line.push("");
      line[column] = value(cell);
    }
  }
  return { grid, isCut };
}

/** "C7" is column 2. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? "")?.[0];
  if (!letters) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function shownValue(
  cell: Tag,
  strings: readonly string[],
  show: (value: number, style: number) => string,
): string {
  const type = attribute(cell, "t") ?? "n";
  if (type === "inlineStr") return findAll(find(cell, "is"), "t").map(textIn).join("");
  const value = textIn(find(cell, "v"));
  if (value === "") return "";
  if (type === "s") return strings[Number(value)] ?? "";
  if (type === "b") return value === "1" ? "✓" : "✗";
  const number = Number(value);
  return type !== "n" || !Number.isFinite(number)
    ? value
    : show(number, Number(attribute(cell, "s") ?? 0));
}

/** Gives the words for a number by the index of its style. */
async function formatsOf(zip: Zip, language: string, from1904: boolean) {
  const root = zip.has("xl/styles.xml") ? parseXml(await zip.read("xl/styles.xml")) : undefined;
  const custom = new Map(
    elements(find(root, "numFmts"), "numFmt").map((one) => [
      Number(attribute(one, "numFmtId")),
      attribute(one, "formatCode") ?? "",
    ]),
  );
  const codes = elements(find(root, "cellXfs"), "xf").map((style) => {
    const id = Number(attribute(style, "numFmtId") ?? 0);
    return custom.get(id) ?? BUILT_IN[id] ?? "";
  });
  const zero = Date.UTC(from1904 ? 1904 : 1899, from1904 ? 0 : 11, from1904 ? 1 : 30);
  return (value: number, style: number) => showNumber(value, codes[style] ?? "", language, zero);
}

const BUILT_IN: Readonly<Record<number, string>> = {
  1: "0",
  2: "0.00",
  3: "#,##0",
  4: "#,##0.00",
  9: "0%",
  10: "0.00%",
  14: "dd.mm.yyyy",
  15: "d-mmm-yy",
  16: "d-mmm",
  17: "mmm-yy",
  18: "h:mm",
  19: "h:mm:ss",
  20: "h:mm",
  21: "h:mm:ss",
  22: "dd.mm.yyyy h:mm",
  37: "#,##0",
  38: "#,##0",
  39: "#,##0.00",
  40: "#,##0.00",
};

/** A number as its format code shows it, as far as such codes are commonly used. */
export function showNumber(value: number, given: string, language: string, zero: number): string {
  const code = (given.split(";")[0] ?? "").replace(/"[^"]*"|\\.|\[[^\]]*\]|_./g, "");
  const hasDate = /[dy]/i.test(code);
  const hasTime = /[hs]/i.test(code);
  if ((hasDate || hasTime) && value >= 0 && value < 3_000_000) {
    const at = Math.round((zero + value * DAY) / 1000) * 1000;
    return new Intl.DateTimeFormat(language, {
      timeZone: "UTC",
      ...(hasDate && { dateStyle: "short" }),
      ...(hasTime && { timeStyle: "short" }),
    }).format(at);
  }
  const isPercent = code.includes("%");
  const decimals = /\.([0#?]+)/.exec(code)?.[1]?.length ?? (/[0#]/.test(code) ? 0 : 10);
  const isExact = code === "" || /^general$/i.test(code);
  return new Intl.NumberFormat(language, {
    useGrouping: code.includes(","),
    ...(isPercent && { style: "percent" }),
    maximumFractionDigits: isExact ? 10 : Math.min(10, decimals),
    minimumFractionDigits: /\.0+/.test(code) ? Math.min(10, decimals) : 0,
  }).format(value);
}
