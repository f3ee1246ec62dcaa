/** Languages by name. */
const names = new Intl.DisplayNames(["en"], { type: "language" });

/** "en-US" as "American English", "es" as "Spanish"; what is no tag stays as it is. */
export function languageName(tag: string): string {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** The language of a tag, without its country: "es" of "es-MX". */
export function languageOf(tag: string): string {
  return (tag.split("-")[0] ?? tag).toLowerCase();
}
