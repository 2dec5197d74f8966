/** Texts in the languages of the client: plain sentences, or plural forms by `count`. */

export type Language = "ru" | "en";

/** Forms of a sentence by the plural category of its `count`. */
export interface Plural {
  readonly zero?: string;
  readonly one?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

export type Entry = string | Plural;
export type Params = Readonly<Record<string, string | number>>;

const rules: Record<Language, Intl.PluralRules> = {
  ru: new Intl.PluralRules("ru"),
  en: new Intl.PluralRules("en"),
};
const numbers: Record<Language, Intl.NumberFormat> = {
  ru: new Intl.NumberFormat("ru"),
  en: new Intl.NumberFormat("en"),
};

/** `value` with the thousands and decimals of `language`. */
export function formatNumber(language: Language, value: number): string {
  return numbers[language].format(value);
}

/** `entry` in `language`, its `{name}` places filled from `params`. */
export function translate(language: Language, entry: Entry, params: Params = {}): string {
  const text = typeof entry === "string" ? entry : pluralForm(language, entry, params);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? formatNumber(language, value) : value;
  });
}

function pluralForm(language: Language, forms: Plural, params: Params): string {
  const count = Number(params.count ?? 0);
  if (count === 0 && forms.zero !== undefined) return forms.zero;
  const form = rules[language].select(count);
  return (form === "two" ? undefined : forms[form]) ?? forms.other;
}

/** The language to begin with: the first of `preferred` that is spoken, else Russian. */
export function chooseLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    if (tag.toLowerCase().startsWith("ru")) return "ru";
    if (tag.toLowerCase().startsWith("en")) return "en";
  }
  return "ru";
}
