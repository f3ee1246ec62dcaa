/** Texts drafted by the translator of this installation, and the languages there are. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, taken } from "@/api/client";
import type { MissingText } from "../model/drafting";

const MOST_AT_ONCE = 20;

export interface Drafted {
  drafts: string[];
  /** Who made them. */
  by: string;
}

/** Drafts in another language, in order; `told` hears how many there are so far. Refusals are thrown. */
export async function draftsOf(texts: readonly string[], source: string, target: string, told: (done: number) => void = () => {}): Promise<Drafted> {
  const drafts: string[] = [];
  let by = "";
  for (let from = 0; from < texts.length; from += MOST_AT_ONCE) {
    const body = { texts: texts.slice(from, from + MOST_AT_ONCE), source, target };
    const answer = await taken(api.POST("/translations/drafts", { body }));
    drafts.push(...answer.drafts);
    by = answer.by;
    told(drafts.length);
  }
  return { drafts, by };
}

export interface DraftedText {
  missing: MissingText;
  words: readonly string[];
}

/** Drafts of many texts, from each language into each other; `told` hears how many wordings there are so far. */
export async function draftsOfAll(
  missing: readonly MissingText[],
  tagOf: (code: string) => string,
  told: (done: number) => void,
): Promise<{ drafts: DraftedText[]; by: string }> {
  const drafts: DraftedText[] = [];
  let by = "";
  let done = 0;
  for (const pair of new Set(missing.map(pairOf))) {
    const group = missing.filter((each) => pairOf(each) === pair);
    const [from = "", to = ""] = pair.split(" ");
    const before = done;
    const answer = await draftsOf(group.flatMap(({ source }) => source), tagOf(from), tagOf(to), (sofar) => told(before + sofar));
    let at = 0;
    for (const each of group) {
      drafts.push({ missing: each, words: answer.drafts.slice(at, at + each.source.length) });
      at += each.source.length;
    }
    done += answer.drafts.length;
    by = answer.by;
  }
  return { drafts, by };
}

function pairOf({ from, to }: MissingText): string {
  return `${from} ${to}`;
}

const languagesQuery = queryOptions({
  queryKey: ["languages"],
  staleTime: Infinity,
  queryFn: async () => (await taken(api.GET("/translations/languages"))).languages,
});

/** The languages a flow may be written in; none while they are not known yet. */
export function useLanguages() {
  return useQuery(languagesQuery).data ?? [];
}

const translatorQuery = queryOptions({ queryKey: ["translator"], queryFn: () => taken(api.GET("/translations")) });

/** Codes of the languages an interpreter speaks. */
export function useInterpreted(): readonly string[] {
  return useQuery(translatorQuery).data?.spoken ?? [];
}
