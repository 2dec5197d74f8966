/** A list that was copied from elsewhere: a table, a letter, a file of the personnel office. */

export const MOST_LINES = 500;
const MOST_CELLS = 20;
const MOST_LETTERS = 255;

/** The cells of each line that has any; `<anna@city.example>` is the address alone. */
export function readList(text: string): string[][] {
  return text
    .split(/\r?\n/)
    .map((line) =>
      line
        .split(/[\t;,]/)
        .flatMap(cellsOf)
        .slice(0, MOST_CELLS),
    )
    .filter((cells) => cells.length > 0);
}

function cellsOf(text: string): string[] {
  const [, name = "", address = ""] = /^(.*)<([^<>]+)>\s*$/.exec(text) ?? ["", text, ""];
  return [address, name]
    .map((cell) => cell.replace(/^[\s"'«]+|[\s"'»]+$/g, "").slice(0, MOST_LETTERS))
    .filter((cell) => cell !== "");
}
