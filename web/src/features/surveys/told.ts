/** A survey in words. */

import { dayTime } from "../../base/format";
import { language } from "../../ui/preferences";
import type { SurveyLine } from "./data";
import { word } from "./words";

/** How it is answered, until when, and how many have. */
export function noteOf(survey: SurveyLine): string {
  const until = dayTime(language(), survey.until_ts);
  return [
    word(survey.anonymous ? "anonymous" : "openly"),
    word(survey.is_over ? "overSince" : "until", { time: until }),
    word("answeredOf", { count: survey.answered, all: survey.people }),
  ].join(" · ");
}
