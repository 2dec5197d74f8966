import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { columnName, documentKind } from "./data";
import type { Block, Office } from "./model";
import { readOffice } from "./read";
import { showNumber } from "./xlsx";
import { parseXml, textIn } from "./xml";
import { type Bytes, DocumentError } from "./zip";

const utf8 = (text: string) => new TextEncoder().encode(text) as Bytes;

/** A ZIP file of these files, packed. */
function zip(files: Readonly<Record<string, string | Uint8Array>>): Bytes {
  const heads: Buffer[] = [];
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, said] of Object.entries(files)) {
    const plain = typeof said === "string" ? utf8(said) : said;
    const packed = deflateRawSync(plain);
    const label = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(plain.length, 22);
    local.writeUInt16LE(label.length, 26);
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(8, 10);
    head.writeUInt32LE(packed.length, 20);
    head.writeUInt32LE(plain.length, 24);
    head.writeUInt16LE(label.length, 28);
    head.writeUInt32LE(at, 42);
    parts.push(local, label, packed);
    heads.push(head, label);
    at += 30 + label.length + packed.length;
  }
  const list = Buffer.concat(heads);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, list, end]));
}

const relations = (targets: Readonly<Record<string, string>>) =>
  `<Relationships>${Object.entries(targets)
    .map(([id, target]) => `<Relationship Id="${id}" Target="${target}"/>`)
    .join("")}</Relationships>`;

const said = (blocks: readonly Block[] = []): unknown[] =>
  blocks.map((block) => {
    if (block.kind === "picture") return "picture";
    if (block.kind === "table")
      return block.rows.map((row) => row.map((cell) => said(cell.blocks).join()));
    return (block.marker ?? "") + block.runs.map(({ text }) => text).join("");
  });

async function trouble(bytes: Bytes): Promise<string> {
  try {
    await readOffice(bytes, "en");
  } catch (error) {
    if (error instanceof DocumentError) return error.trouble;
    throw error;
  }
  return "none";
}

const read = (files: Parameters<typeof zip>[0]): Promise<Office> => readOffice(zip(files), "en");

test("a text: headings, lists, tables, pictures, what was deleted left out", async () => {
  const { parts } = await read({
    "word/document.xml": `<?xml version="1.0"?><w:document xmlns:w="w"><w:body>
      <w:p><w:pPr><w:pStyle w:val="1"/></w:pPr><w:r><w:t>Приказ &amp; срок</w:t></w:r></w:p>
      <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr>
        <w:r><w:t>first</w:t></w:r></w:p>
      <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr>
        <w:del><w:r><w:delText>never</w:delText></w:r></w:del>
        <w:ins><w:r><w:rPr><w:b/><w:i w:val="0"/></w:rPr><w:t>second</w:t><w:tab/></w:r></w:ins></w:p>
      <w:p><w:r><w:drawing><a:blip r:embed="p"/></w:drawing></w:r></w:p>
      <w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>
        <w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
      </w:body></w:document>`,
    "word/_rels/document.xml.rels": relations({ p: "media/one.png" }),
    "word/media/one.png": "png",
    "word/styles.xml": `<w:styles><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>`,
    "word/numbering.xml": `<w:numbering><w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0">
      <w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>
      <w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>`,
  });
  const blocks = parts[0]?.blocks ?? [];
  expect(said(blocks)).toEqual(["Приказ & срок", "1.first", "2.second\t", "picture", [["cell"]]]);
  expect(blocks[0]).toMatchObject({ level: 1 });
  expect(blocks[2]).toMatchObject({ runs: [{ text: "second\t", bold: true }] });
  expect(blocks[4]).toMatchObject({ rows: [[{ span: 2 }]] });
});

test("a book: shared strings, places, dates, what is computed", async () => {
  const { parts } = await read({
    "xl/workbook.xml": `<workbook><sheets><sheet name="Смета" r:id="a"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations({ a: "/xl/worksheets/one.xml" }),
    "xl/sharedStrings.xml": `<sst><si><r><t>Sum </t></r><r><t>total</t></r><rPh><t>no</t></rPh></si></sst>`,
    "xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="#,##0.00&quot; d&quot;"/>
      </numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>`,
    "xl/worksheets/one.xml": `<worksheet><sheetData>
      <row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" s="2"><f>1</f><v>1234.5</v></c></row>
      <row r="3"><c r="B3" s="1"><v>46000</v></c><c t="b"><v>1</v></c>
        <c t="inlineStr"><is><t>in</t></is></c><c t="e"><v>#DIV/0!</v></c></row>
      <row r="9999999"><c r="A9999999"><v>1</v></c></row></sheetData></worksheet>`,
  });
  expect(parts[0]?.title).toBe("Смета");
  expect(parts[0]?.grid).toEqual([
    ["Sum total", "", "1,234.50"],
    [],
    ["", "12/9/25", "✓", "in", "#DIV/0!"],
  ]);
});

test("slides in their order, with titles and tables, without the footer", async () => {
  const slide = (inside: string) =>
    `<p:sld><p:cSld><p:spTree>${inside}</p:spTree></p:cSld></p:sld>`;
  const shape = (place: string, text: string) =>
    `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${place}"/></p:nvPr></p:nvSpPr>
     <p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`;
  const { parts } = await read({
    "ppt/presentation.xml": `<p:presentation><p:sldIdLst><p:sldId id="1" r:id="b"/>
      <p:sldId id="2" r:id="a"/></p:sldIdLst></p:presentation>`,
    "ppt/_rels/presentation.xml.rels": relations({ a: "slides/1.xml", b: "slides/2.xml" }),
    "ppt/slides/1.xml": slide(
      `<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><a:txBody>
       <a:p><a:r><a:t>x</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData>
       </a:graphic></p:graphicFrame>`,
    ),
    "ppt/slides/2.xml": slide(shape("title", "First") + shape("body", "Text") + shape("ftr", "no")),
  });
  expect(parts.map(({ blocks }) => said(blocks))).toEqual([["First", "Text"], [[["x"]]]]);
  expect(parts[0]?.blocks[0]).toMatchObject({ level: 2 });
});

test("texts and sheets of OpenDocument", async () => {
  const text = await read({
    "content.xml": `<office:document-content><office:body><office:text>
      <text:h text:outline-level="2">Head</text:h><text:list><text:list-item>
      <text:p>a<text:s text:c="2"/><text:span>b</text:span><text:note>no</text:note></text:p>
      </text:list-item></text:list></office:text></office:body></office:document-content>`,
  });
  expect(said(text.parts[0]?.blocks)).toEqual(["Head", "•a  b"]);
  const sheet = await read({
    "content.xml": `<o><office:body><office:spreadsheet><table:table table:name="S">
      <table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>1</text:p>
      </table:table-cell><table:table-cell table:number-columns-repeated="16000"/></table:table-row>
      <table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>
      </table:table></office:spreadsheet></office:body></o>`,
  });
  expect(sheet.parts[0]?.grid).toEqual([["1", "1"]]);
});

test("what was made to do harm is refused", async () => {
  const document = (inside: string) => zip({ "word/document.xml": inside });
  expect(await trouble(utf8("PK nothing"))).toBe("broken");
  expect(await trouble(zip({ "other.xml": "<a/>" }))).toBe("broken");
  expect(await trouble(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 1]))).toBe("locked");
  expect(await trouble(document(`<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>`))).toBe("broken");
  expect(await trouble(document("<a><b></a>"))).toBe("broken");
  expect(await trouble(document("<a"))).toBe("broken");
  expect(await trouble(document("<a>".repeat(300)))).toBe("large");
  expect(await trouble(zip({ "word/document.xml": new Uint8Array(30 * 2 ** 20) }))).toBe("large");
  const cut = document("<w:document><w:body/></w:document>");
  for (let end = 0; end < cut.length; end += 7)
    expect(["broken", "none"]).toContain(await trouble(cut.slice(0, end)));
  const turned = Array.from(cut);
  for (let at = 0; at < cut.length; at++) {
    const wrong = Uint8Array.from(turned);
    wrong[at] = (wrong[at] ?? 0) ^ 0xff;
    expect(["broken", "none", "locked", "large"]).toContain(await trouble(wrong));
  }
});

test("what is outside the package is not loaded", async () => {
  const { parts } = await read({
    "word/document.xml": `<w:document><w:body><w:p><w:r><a:blip r:embed="x"/></w:r></w:p></w:body></w:document>`,
    "word/_rels/document.xml.rels": `<Relationships><Relationship Id="x" TargetMode="External"
      Target="https://example.org/a.png"/></Relationships>`,
  });
  expect(said(parts[0]?.blocks)).toEqual([""]);
});

test("XML: signs, quotes, sections", () => {
  const root = parseXml(
    utf8(`<?x?><!-- > --><a b='1>2' c:d="&quot;&#1055;">x<![CDATA[<y>]]>&#x41;</a>`),
  );
  expect(root.attributes).toEqual({ b: "1>2", "c:d": '"П' });
  expect(textIn(root)).toBe("x<y>A");
});

test("numbers as their format shows them", () => {
  const zero = Date.UTC(1899, 11, 30);
  const shown = (value: number, code: string) => showNumber(value, code, "en", zero);
  expect(shown(0.1 + 0.2, "General")).toBe("0.3");
  expect(shown(0.256, "0%")).toBe("26%");
  expect(shown(1234567, "0")).toBe("1234567");
  expect(shown(0.5, "h:mm")).toBe("12:00 PM");
});

test("columns, and which files have a preview", () => {
  expect([0, 25, 26, 701, 702].map(columnName)).toEqual(["A", "Z", "AA", "ZZ", "AAA"]);
  expect(documentKind("a.DOCX", undefined)).toBe("office");
  expect(documentKind("a", "application/pdf")).toBe("pdf");
  expect(documentKind("a.doc", "application/msword")).toBeUndefined();
});
