/** What an office document says, as plain data. */

import { attribute, elements, find, parseXml } from "./xml";
import type { Zip } from "./zip";

export interface Run {
  text: string;
  bold?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
}

export interface Paragraph {
  kind: "text";
  runs: readonly Run[];
  /** Of a heading, from 1. */
  level?: number;
  /** Of a list: what stands before it. */
  marker?: string;
  indent?: number;
}

export interface Cell {
  blocks: readonly Block[];
  /** Columns it takes. */
  span: number;
}

export interface Table {
  kind: "table";
  rows: readonly (readonly Cell[])[];
}

export interface Picture {
  kind: "picture";
  picture: Blob;
}

export type Block = Paragraph | Table | Picture;

/** A text, a slide, or a sheet. */
export interface Part {
  title: string;
  blocks: readonly Block[];
  /** Of a sheet: its rows as they are shown. */
  grid?: readonly (readonly string[])[];
}

export interface Office {
  parts: readonly Part[];
  /** There is more than is shown. */
  cut: boolean;
}

export const MOST_BLOCKS = 6000;
export const MOST_PARTS = 300;
export const MOST_ROWS = 1000;
export const MOST_COLUMNS = 60;

/** The targets of a part's relations by their ids, as paths in the package. */
export async function relationsOf(zip: Zip, part: string): Promise<Map<string, string>> {
  const cut = part.lastIndexOf("/") + 1;
  const folder = part.slice(0, cut);
  const path = `${folder}_rels/${part.slice(cut)}.rels`;
  const found = new Map<string, string>();
  if (!zip.has(path)) return found;
  for (const relation of elements(parseXml(await zip.read(path)), "Relationship")) {
    const { Id, Target, TargetMode } = relation.attributes;
    // What is outside the package is never loaded.
    if (Id && Target && TargetMode !== "External") found.set(Id, resolve(folder, Target));
  }
  return found;
}

function resolve(folder: string, target: string): string {
  if (target.startsWith("/")) return target.slice(1);
  const path: string[] = [];
  for (const step of `${folder}${target}`.split("/"))
    if (step === "..") path.pop();
    else if (step !== ".") path.push(step);
  return path.join("/");
}

const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  bmp: "image/bmp",
};

/** A picture inside the package that browsers show. */
export async function pictureAt(zip: Zip, path: string | undefined): Promise<Picture | undefined> {
  const type = TYPES[path?.split(".").at(-1)?.toLowerCase() ?? ""];
  if (path === undefined || type === undefined || !zip.has(path)) return undefined;
  return { kind: "picture", picture: new Blob([await zip.read(path)], { type }) };
}

/** A switch of WordprocessingML: on by being there, unless it says otherwise. */
export function isOn(of: Parameters<typeof find>[0], name: string): boolean {
  const found = find(of, name);
  const value = attribute(found, "val");
  return found !== undefined && value !== "0" && value !== "false" && value !== "none";
}
