import type { Language } from "../../base/i18n";
import { Segments, Switch } from "../../ui/controls";
import {
  contrast,
  enterSends,
  language,
  motion,
  setContrast,
  setEnterSends,
  setLanguage,
  setMotion,
  setTextSize,
  setTheme,
  type TextSize,
  type Theme,
  textSize,
  theme,
} from "../../ui/preferences";
import { word } from "./words";

/** How the client looks and speaks on this device. */
export function Appearance() {
  return (
    <div class="settings-form">
      <div class="sample" aria-hidden="true">
        <p>{word("sample")}</p>
        <p class="own">{word("sampleReply")}</p>
      </div>
      <Segments<Language>
        label={word("language")}
        value={language()}
        options={[
          { value: "ru", label: "Русский" },
          { value: "en", label: "English" },
        ]}
        onChange={setLanguage}
      />
      <Segments<Theme>
        label={word("theme")}
        value={theme()}
        options={[
          { value: "system", label: word("themeSystem") },
          { value: "light", label: word("themeLight") },
          { value: "dark", label: word("themeDark") },
        ]}
        onChange={setTheme}
      />
      <Segments<TextSize>
        label={word("textSize")}
        value={textSize()}
        options={[
          { value: "small", label: word("sizeSmall") },
          { value: "normal", label: word("sizeNormal") },
          { value: "large", label: word("sizeLarge") },
          { value: "huge", label: word("sizeHuge") },
        ]}
        onChange={setTextSize}
      />
      <Segments<"system" | "normal" | "high">
        label={word("contrast")}
        value={contrast()}
        options={[
          { value: "system", label: word("themeSystem") },
          { value: "normal", label: word("contrastNormal") },
          { value: "high", label: word("contrastHigh") },
        ]}
        onChange={setContrast}
      />
      <div>
        <Switch
          label={word("motion")}
          note={word("motionNote")}
          checked={motion() === "none"}
          onChange={(none) => setMotion(none ? "none" : "system")}
        />
        <Switch
          label={word("enter")}
          note={enterSends() ? word("enterOn") : word("enterOff")}
          checked={enterSends()}
          onChange={setEnterSends}
        />
      </div>
    </div>
  );
}
