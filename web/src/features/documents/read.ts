/** An office document of any kind that is known, by what is in it. */

import { readDocx } from "./docx";
import type { Office } from "./model";
import { readOdf } from "./odf";
import { readPptx } from "./pptx";
import { readXlsx } from "./xlsx";
import { type Bytes, DocumentError, openZip } from "./zip";

/** Documents before 2007, and those that a password seals, begin so. */
const OLD = [0xd0, 0xcf, 0x11, 0xe0];

/** Throws `DocumentError`. `language` is for numbers and dates. */
export async function readOffice(bytes: Bytes, language: string): Promise<Office> {
  if (OLD.every((byte, at) => bytes[at] === byte)) throw new DocumentError("locked");
  const zip = openZip(bytes);
  if (zip.has("word/document.xml")) return readDocx(zip);
  if (zip.has("xl/workbook.xml")) return readXlsx(zip, language);
  if (zip.has("ppt/presentation.xml")) return readPptx(zip);
  if (zip.has("content.xml")) return readOdf(zip);
  throw new DocumentError("broken");
}
