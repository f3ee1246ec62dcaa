/** Which language one speaks oneself, to be interpreted; the last one is remembered in this browser. */
import { languageOf } from "@/ui/languages";

const KEY = "tandem.interpret.language";

/** What one is likely to speak: what one spoke last, or else the first; never what the caller speaks. */
export function suggested(spoken: readonly string[], callers: string, last: string): string | undefined {
  const others = spoken.filter((each) => languageOf(each) !== languageOf(callers));
  return others.find((each) => each === last) ?? others[0];
}

export function lastSpoken(): string {
  return localStorage.getItem(KEY) ?? "";
}

export function rememberSpoken(language: string): void {
  localStorage.setItem(KEY, language);
}
