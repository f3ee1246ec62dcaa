/** What is called, as the page's address says it: `?flow=&which=&language=`. */
import type { Choice } from "./phoneCall";

/** What of it makes sense; the rest is left out. */
export function choiceIn({ flow, which, language }: Record<string, unknown>): Partial<Choice> {
  return {
    ...(typeof flow === "string" && flow ? { flow } : {}),
    ...(which === "draft" || which === "published" ? { which } : {}),
    ...(typeof language === "string" && language ? { language } : {}),
  };
}
