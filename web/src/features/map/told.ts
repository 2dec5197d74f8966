/** A place in words. */

import type { Language } from "../../base/i18n";
import { coordinates, type Spot } from "../../base/spot";
import { countryAt } from "./world";

/** What the country is called; "" at sea. */
export function countryName(spot: Spot, language: Language): string {
  const code = countryAt(spot);
  if (code === "") return "";
  return new Intl.DisplayNames([language], { type: "region" }).of(code) ?? "";
}

/** Its country and its coordinates. */
export function tellPlace(spot: Spot, language: Language): string {
  const country = countryName(spot, language);
  return country ? `${country} · ${coordinates(spot)}` : coordinates(spot);
}
