/** Where one was in a chat, for the return to it; forgotten with the page. */

export interface ReadingPlace {
  /** The item at the top edge, and how far below its beginning the edge is, in pixels. */
  id: string;
  offset: number;
}

/** So many chats are remembered. */
const MOST = 100;
const places = new Map<string, ReadingPlace>();

/** Remembers a place; undefined is the end, which needs none. */
export function keepPlace(key: string, place: ReadingPlace | undefined): void {
  places.delete(key);
  if (!place) return;
  places.set(key, place);
  const [oldest] = places.keys();
  if (places.size > MOST && oldest !== undefined) places.delete(oldest);
}

export function placeIn(key: string): ReadingPlace | undefined {
  return places.get(key);
}
