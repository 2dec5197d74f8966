/** When one is reminded. Pure. */

import type { Millis } from "../../base/ids";

/** The hour at which a day of work begins. */
const MORNING = 9;
const MINUTE = 60_000;

export const REMIND_TIMES = [
  "remindSoon",
  "remindHour",
  "remindLater",
  "remindTomorrow",
  "remindMonday",
] as const;
export type RemindTime = (typeof REMIND_TIMES)[number];

/** The time, in local hours, that a choice made at `now` means. */
export function remindAt(choice: RemindTime, now: Millis): Millis {
  switch (choice) {
    case "remindSoon":
      return now + 20 * MINUTE;
    case "remindHour":
      return now + 60 * MINUTE;
    case "remindLater":
      return now + 180 * MINUTE;
    case "remindTomorrow":
      return morning(now, 1);
    case "remindMonday":
      return morning(now, 8 - (new Date(now).getDay() || 7));
  }
}

function morning(now: Millis, days: number): Millis {
  const day = new Date(now);
  day.setDate(day.getDate() + days);
  return day.setHours(MORNING, 0, 0, 0);
}
