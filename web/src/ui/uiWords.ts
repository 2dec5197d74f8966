/** Words of the controls, and what a failure is called. */

import type { Failure } from "../base/errors";
import en from "./strings.en.json";
import ru from "./strings.ru.json";
import { createWords } from "./words";

export const uiWord = createWords(ru, en);

/** Why something did not work, in the person's language where we know the code or the rule. */
export function whyFailed(failure: Failure): string {
  const rule = `rule.${failure.fields?.["org.depesha.rule"]}`;
  if (rule in ru) return uiWord(rule as keyof typeof ru);
  const key = failure.code in ru ? (failure.code as keyof typeof ru) : "other";
  return uiWord(key, { message: failure.message });
}
