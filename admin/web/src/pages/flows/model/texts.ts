/**
 * What is said, as forms show it: wordings by language. A text in the document is one wording, several, or
 * either for each language; a series of texts (first time, second time, …) is a list of those.
 */
import { isBranch, isList, type Value } from "./content";

/** Wordings by language code ("en"); of a flow in one language, under "". */
export type Wordings = Readonly<Record<string, readonly string[]>>;

/** The codes a flow's texts are written in: [""] for a flow in one language. */
export function codesOf(languages: Value | undefined): readonly string[] {
  const tags = isList(languages) ? languages.filter((tag): tag is string => typeof tag === "string") : [];
  return tags.length < 2 ? [""] : [...new Set(tags.map((tag) => tag.split("-")[0] ?? tag))];
}

function words(value: Value | undefined): readonly string[] {
  if (isList(value)) return value.flatMap((each) => words(each));
  return value === undefined || value === null || isBranch(value) ? [] : [String(value)];
}

function byLanguage(value: Value | undefined, codes: readonly string[]): value is Readonly<Record<string, Value>> {
  return isBranch(value) && codes[0] !== "" && Object.keys(value).length > 0 && Object.keys(value).every((key) => codes.includes(key));
}

/**
 * What is not written by language is in the first one, as it was before the flow had a second; what has no words
 * of any language ("{last}"), and what is `shared`, is the same in all.
 */
export function wordingsOf(value: Value | undefined, codes: readonly string[], shared = false): Wordings {
  if (byLanguage(value, codes)) return Object.fromEntries(codes.map((code) => [code, words(value[code])]));
  const plain = words(value);
  const same = shared || !plain.some(hasWords);
  return Object.fromEntries(codes.map((code, index) => [code, same || index === 0 ? plain : []]));
}

/** Whether there is more to a wording than its blanks. */
export function hasWords(wording: string): boolean {
  return /\p{L}/u.test(wording.replace(BLANK, ""));
}

export function textFrom(wordings: Wordings, codes: readonly string[]): Value | undefined {
  const of = (code: string): Value | undefined => {
    const list = wordings[code] ?? [];
    return list.length === 0 ? undefined : list.length === 1 ? list[0] : list;
  };
  const [only] = codes;
  if (codes.length === 1) return of(only ?? "");
  const written = codes.flatMap((code) => {
    const text = of(code);
    return text === undefined ? [] : [[code, text] as const];
  });
  return written.length === 0 ? undefined : Object.fromEntries(written);
}

export function roundsOf(value: Value | undefined, codes: readonly string[]): Wordings[] {
  if (value === undefined || value === null) return [];
  if (byLanguage(value, codes)) {
    const lists = codes.map((code) => {
      const each = value[code];
      return isList(each) ? each : each === undefined ? [] : [each];
    });
    return Array.from({ length: Math.max(...lists.map((list) => list.length)) }, (_, round) =>
      Object.fromEntries(codes.map((code, index) => [code, words(lists[index]?.[round])])),
    );
  }
  return (isList(value) ? value : [value]).map((each) => wordingsOf(each, codes));
}

export function roundsFrom(rounds: readonly Wordings[], codes: readonly string[]): Value | undefined {
  const texts = rounds.map((round) => textFrom(round, codes) ?? "");
  if (texts.length === 0) return undefined;
  return texts.length === 1 && typeof texts[0] === "string" ? texts[0] : texts;
}

/** The blanks of some wordings, each once, in order: "order.status". */
export function blanksIn(wordings: readonly string[]): string[] {
  return [...new Set(wordings.flatMap((wording) => [...wording.matchAll(BLANK)].map(([, name]) => name ?? "")))].sort();
}

/** The first wording there is, for a place where one must do. */
export function gist(value: Value | undefined): string {
  if (typeof value === "string") return value;
  if (isList(value)) return gist(value[0]);
  if (isBranch(value)) return gist(Object.values(value)[0]);
  return "";
}

const BLANK = /\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)(?::([a-z]+))?\}/g;

export interface Run {
  text: string;
  blank: boolean;
}

/** A wording as runs of words and blanks. */
export function runsOf(wording: string): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (const found of wording.matchAll(BLANK)) {
    if (found.index > from) runs.push({ text: wording.slice(from, found.index), blank: false });
    runs.push({ text: found[1] ?? "", blank: true });
    from = found.index + found[0].length;
  }
  if (from < wording.length) runs.push({ text: wording.slice(from), blank: false });
  return runs;
}
