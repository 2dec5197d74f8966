/** Texts of a feature as a function of their key, in the language chosen now. */

import { type Entry, type Params, translate } from "../base/i18n";
import { language } from "./preferences";

/** Every key of `ru` must be in `en` and the other way round, or it does not compile. */
export function createWords<R extends object, E extends { readonly [K in keyof R]: Entry }>(
  ru: R & { readonly [K in keyof R]: Entry } & { readonly [K in Exclude<keyof E, keyof R>]: never },
  en: E & { readonly [K in Exclude<keyof E, keyof R>]: never },
): (key: keyof R & string, params?: Params) => string {
  return (key, params) => {
    const texts = (language() === "ru" ? ru : en) as Readonly<Record<string, Entry>>;
    return translate(language(), texts[key] ?? key, params);
  };
}
