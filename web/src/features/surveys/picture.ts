/** Results as a picture of their own: an SVG with its colours in it, and the same as PNG. */

import { averageOf, barsOf, type Question, type Results } from "./data";

const WIDTH = 720;
const EDGE = 28;
const LINE = 20;
const INK = "#17202a";
const SOFT = "#566370";
const ACCENT = "#1b68b3";
const TRACK = "#e1eefa";
const MOST_WORDS = 10;

export interface Caption {
  title: string;
  /** Below the title: how many have answered, until when. */
  note: string;
  /** Of how many have answered one question. */
  said: (count: number) => string;
  average: (value: number) => string;
  /** Of answers in words that are not drawn. */
  more: (count: number) => string;
}

const markup = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/** `text` in lines of at most `most` characters, broken between words where there are some. */
export function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const each of text.split(/\s+/).filter(Boolean))
    for (const piece of each.match(new RegExp(`.{1,${most}}`, "gu")) ?? []) {
      if (line !== "" && line.length + 1 + piece.length > most) {
        lines.push(line);
        line = piece;
      } else line = line === "" ? piece : `${line} ${piece}`;
    }
  if (line !== "") lines.push(line);
  return lines;
}

/** The picture, and its size. */
export function drawResults(
  questions: readonly Question[],
  results: Results,
  caption: Caption,
): { svg: string; width: number; height: number } {
  const parts: string[] = [];
  let y = EDGE;
  const say = (text: string, most: number, size: number, style: string, x = EDGE) => {
    for (const line of wrap(text, most)) {
      y += size + 5;
      parts.push(`<text x="${x}" y="${y}" font-size="${size}" ${style}>${markup(line)}</text>`);
    }
  };
  say(caption.title, 48, 22, `fill="${INK}" font-weight="600"`);
  say(caption.note, 90, 14, `fill="${SOFT}"`);
  questions.forEach((question, place) => {
    const come = results.questions[place];
    if (!come) return;
    y += 22;
    say(question.text, 70, 16, `fill="${INK}" font-weight="600"`);
    const average = averageOf(question, come);
    const noted = [
      caption.said(come.said),
      ...(average === undefined ? [] : [caption.average(average)]),
    ];
    say(noted.join(" · "), 90, 13, `fill="${SOFT}"`);
    if (question.kind === "text") {
      for (const text of come.texts.slice(0, MOST_WORDS)) say(`— ${text}`, 88, 14, `fill="${INK}"`);
      const more = come.said - Math.min(come.texts.length, MOST_WORDS);
      if (more > 0) say(caption.more(more), 90, 13, `fill="${SOFT}"`);
    }
    for (const bar of barsOf(question, come)) {
      y += 6;
      const before = y;
      say(bar.label, 66, 14, `fill="${INK}"${bar.best ? ' font-weight="600"' : ""}`);
      parts.push(
        `<text x="${WIDTH - EDGE}" y="${before + 19}" font-size="14" text-anchor="end" fill="${INK}">${bar.share}% (${bar.count})</text>`,
      );
      y += 7;
      const whole = WIDTH - 2 * EDGE;
      parts.push(
        `<rect x="${EDGE}" y="${y}" width="${whole}" height="8" rx="4" fill="${TRACK}"/>`,
        `<rect x="${EDGE}" y="${y}" width="${Math.round((whole * bar.share) / 100)}" height="8" rx="4" fill="${ACCENT}"/>`,
      );
      y += 8;
    }
  });
  const height = y + EDGE + LINE / 2;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${markup(caption.title)}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"><title>${markup(caption.title)}</title><rect width="100%" height="100%" fill="#ffffff"/>${parts.join("")}</svg>`;
  return { svg, width: WIDTH, height };
}

/** The picture as PNG, twice as fine; undefined where the browser cannot draw it. */
export async function toPng(drawn: { svg: string; width: number; height: number }) {
  const url = URL.createObjectURL(new Blob([drawn.svg], { type: "image/svg+xml" }));
  try {
    const image = new Image(drawn.width, drawn.height);
    await new Promise((done, fail) => {
      image.onload = done;
      image.onerror = fail;
      image.src = url;
    });
    const canvas = document.createElement("canvas");
    canvas.width = 2 * drawn.width;
    canvas.height = 2 * drawn.height;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    return blob ?? undefined;
  } catch {
    return undefined;
  } finally {
    URL.revokeObjectURL(url);
  }
}
