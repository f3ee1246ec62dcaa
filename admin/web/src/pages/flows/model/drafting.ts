/** Texts that lack one of the flow's languages, and drafts of them put in once a person has accepted them. */
import { at, type Content, isList, kindOf, type Path, put, type Step, stepsOf, type Value } from "./content";
import { blanksIn, codesOf, hasWords, roundsFrom, roundsOf, textFrom, type Wordings, wordingsOf } from "./texts";

/** From one of a flow's languages into another, by code. */
export interface Lacking {
  from: string;
  to: string;
  /** What is written in the one. */
  source: readonly string[];
}

export interface MissingText extends Lacking {
  path: Path;
  /** Of a series of texts, which; null: it is no series. */
  round: number | null;
}

/** The languages a text lacks while another one has words. */
export function lackingIn(wordings: Wordings, codes: readonly string[]): Lacking[] {
  const written = (code: string) => (wordings[code] ?? []).filter((words) => words.trim() !== "");
  const from = codes.find((code) => written(code).some(hasWords));
  if (from === undefined) return [];
  return codes.filter((code) => written(code).length === 0).map((to) => ({ from, to, source: written(from) }));
}

const TEXTS = ["says", "unclear", "reminder", "nothing", "longer", "partial", "repair", "waiting.says", "confirm.says", "confirm.again"];
const COUNTED = ["counted.partial", "counted.too_few", "counted.too_many"];

function placesOf(step: Step): { path: Path; series: boolean }[] {
  const survey = kindOf(step) === "survey";
  return [
    ...[...TEXTS, ...COUNTED].map((field) => ({ path: field.split("."), series: false })),
    { path: ["again"], series: !survey },
    { path: ["confirm", "denied"], series: true },
  ];
}

/** All that is said and lacks a language, in the order of the flow. What callers say is not among it. */
export function missingTexts(content: Content): MissingText[] {
  const codes = codesOf(content["languages"]);
  if (codes.length < 2) return [];
  const places: { path: Path; series: boolean }[] = [
    { path: ["resuming"], series: false },
    { path: ["talked_over"], series: false },
    { path: ["silence", "says"], series: true },
    ...Object.entries(stepsOf(content)).flatMap(([name, step]) =>
      placesOf(step).map(({ path, series }) => ({ path: ["steps", name, ...path], series })),
    ),
  ];
  return places.flatMap(({ path, series }): MissingText[] => {
    const value = at(content, path);
    if (value === undefined) return [];
    if (!series) return lackingIn(wordingsOf(value, codes), codes).map((each) => ({ ...each, path, round: null }));
    return roundsOf(value, codes).flatMap((wordings, round) => lackingIn(wordings, codes).map((each) => ({ ...each, path, round })));
  });
}

/** The document with a text in the language it lacked. */
export function accepted(content: Content, missing: MissingText, wordings: readonly string[]): Content {
  const codes = codesOf(content["languages"]);
  const value: Value | undefined = at(content, missing.path);
  const filled = (before: Wordings): Wordings => ({ ...before, [missing.to]: wordings });
  if (missing.round === null) return put(content, missing.path, textFrom(filled(wordingsOf(value, codes)), codes));
  const rounds = roundsOf(value, codes);
  const round = rounds[missing.round];
  return round ? put(content, missing.path, roundsFrom(rounds.with(missing.round, filled(round)), codes)) : content;
}

/** Blanks of the source that a draft has lost. */
export function lostBlanks(source: readonly string[], draft: readonly string[]): string[] {
  const there = new Set(blanksIn(draft));
  return blanksIn(source).filter((blank) => !there.has(blank));
}

/** The tag of a language of the flow: "es-MX" of "es". */
export function tagOf(content: Content, code: string): string {
  const tags = isList(content["languages"]) ? content["languages"].map(String) : [];
  return tags.find((tag) => tag.split("-")[0] === code) ?? code;
}

/** "which order › confirm › says, second time". */
export function placeName({ path, round }: MissingText): string {
  const [first, ...rest] = path;
  const place = (first === "steps" ? rest : path).map((key) => key.replaceAll("_", " ")).join(" › ");
  return round === null || round === 0 ? place : `${place}, time ${round + 1}`;
}
