/** Official notices as the server tells of them. */

import { ADMIN } from "./ask";

export const OFFICIAL = `${ADMIN}/notices/official`;

export interface Notice {
  readonly notice_id: string;
  readonly kind: "official" | "emergency";
  readonly body: string;
  readonly sender: string;
  readonly signed?: string;
  readonly ts: number;
}

const STAGES = ["delivered", "shown", "acknowledged", "not_reached"] as const;

export type Figures = Notice & {
  readonly addressed: number;
  readonly is_spread: boolean;
} & Readonly<Record<(typeof STAGES)[number], number>>;

export interface Bar {
  stage: (typeof STAGES)[number];
  count: number;
  /** Of all whom it is to reach, in percent. */
  percent: number;
}

/** A bar for each stage, against all whom the notice is to reach. */
export function barsOf(figures: Figures): Bar[] {
  return STAGES.map((stage) => {
    const count = figures[stage];
    const percent = figures.addressed === 0 ? 0 : Math.round((100 * count) / figures.addressed);
    return { stage, count, percent };
  });
}
