import type { Spot } from "../../base/spot";

/** A place on the map. */
export interface Pin {
  id: string;
  spot: Spot;
  /** What or who is there. */
  name: string;
  /** When that was so, for one. */
  note?: string;
  /** It is no longer so. */
  past?: boolean;
}
