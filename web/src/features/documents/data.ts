/** Which files have a preview. */

export type DocumentKind = "pdf" | "office";

const MOST: Readonly<Record<DocumentKind, number>> = { pdf: 200 * 2 ** 20, office: 40 * 2 ** 20 };

const OFFICE = /\.(docx|docm|xlsx|xlsm|pptx|pptm|odt|ods|odp)$/i;

/** How a file is previewed, by its name; undefined where it is not. */
export function documentKind(name: string, mimetype: unknown): DocumentKind | undefined {
  if (mimetype === "application/pdf" || /\.pdf$/i.test(name)) return "pdf";
  return OFFICE.test(name) ? "office" : undefined;
}

/** Whether a file of `size` bytes is more than a preview takes on. */
export function isTooLarge(kind: DocumentKind, size: number): boolean {
  return size > MOST[kind];
}

/** The name of a sheet's column, from 0: "A", …, "Z", "AA". */
export function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
}
