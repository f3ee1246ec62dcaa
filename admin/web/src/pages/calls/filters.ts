/** What calls are looked for by: the page's address, the API's query, and in words. Pure. */
import { dayOf, moment } from "@/ui/time";
import { OUTCOME_NAMES, plain } from "./tape/wording";

export const ENDINGS = ["contained", "transferred", "abandoned", "failed"] as const;
export type Ending = (typeof ENDINGS)[number];

/** As `GET /calls` takes it; what is left out does not matter. */
export interface CallFilters {
  since?: string;
  until?: string;
  number?: string;
  called?: string;
  flow?: string;
  outcome?: string[];
  search?: string;
  drafts?: boolean;
  measured?: boolean;
  ending?: Ending[];
  transferred_to?: string;
  transferred_from?: string;
  language?: string;
  longer_than_s?: number;
  shorter_than_s?: number;
  answered?: boolean;
  slower_than_ms?: number;
  interrupted?: boolean;
  tools?: boolean;
  tool_failed?: boolean;
  rated?: boolean;
  satisfaction_from?: number;
  satisfaction_to?: number;
  costed?: boolean;
  model_used?: boolean;
  said?: string;
  said_by?: "caller" | "agent";
}

type Kind = "text" | "moment" | "flag" | "number" | "texts" | "endings" | "side";

const KINDS: Readonly<Record<keyof CallFilters, Kind>> = {
  since: "moment",
  until: "moment",
  number: "text",
  called: "text",
  flow: "text",
  outcome: "texts",
  search: "text",
  drafts: "flag",
  measured: "flag",
  ending: "endings",
  transferred_to: "text",
  transferred_from: "text",
  language: "text",
  longer_than_s: "number",
  shorter_than_s: "number",
  answered: "flag",
  slower_than_ms: "number",
  interrupted: "flag",
  tools: "flag",
  tool_failed: "flag",
  rated: "flag",
  satisfaction_from: "number",
  satisfaction_to: "number",
  costed: "flag",
  model_used: "flag",
  said: "text",
  said_by: "side",
};
const MOST_TEXT = 128;
/** Texts that say something when they are empty: "where to is not known". */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(["transferred_to", "transferred_from"]);

/** Read filters from an address or from a figure; what is no filter, or not well put, is left out. */
export function filtersOf(found: Readonly<Record<string, unknown>>): CallFilters {
  const filters: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(KINDS)) {
    const value = taken(found[name], kind, MAY_BE_EMPTY.has(name));
    if (value !== undefined) filters[name] = value;
  }
  return filters as CallFilters;
}

function taken(value: unknown, kind: Kind, mayBeEmpty: boolean): unknown {
  switch (kind) {
    case "text": {
      // A number of digits alone was read as a number from the address.
      const text = typeof value === "number" ? String(value) : value;
      return typeof text === "string" && (text.trim() || mayBeEmpty) ? text.trim().slice(0, MOST_TEXT) : undefined;
    }
    case "moment":
      return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;
    case "flag":
      return typeof value === "boolean" ? value : undefined;
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? value : undefined;
    case "side":
      return value === "caller" || value === "agent" ? value : undefined;
    case "texts":
    case "endings": {
      const all = (Array.isArray(value) ? value : [value]).filter(
        (each): each is string =>
          typeof each === "string" && each !== "" && (kind === "texts" || (ENDINGS as readonly string[]).includes(each)),
      );
      return all.length ? [...new Set(all)].slice(0, 8) : undefined;
    }
  }
}

/** The same filters without some. */
export function without(filters: CallFilters, ...names: (keyof CallFilters)[]): CallFilters {
  const left = { ...filters };
  for (const name of names) delete left[name];
  return left;
}

/** The same filters, changed; undefined takes one away. */
export function changed(filters: CallFilters, change: { [K in keyof CallFilters]?: CallFilters[K] | undefined }): CallFilters {
  return filtersOf({ ...filters, ...change });
}

export interface Chip {
  /** What goes when it is taken away. */
  names: (keyof CallFilters)[];
  text: string;
}

const FLAGS: Readonly<Partial<Record<keyof CallFilters, readonly [yes: string, no: string]>>> = {
  drafts: ["Calls to drafts only", "Without calls to drafts"],
  measured: ["Over and measured", "Not measured"],
  answered: ["Answered by the agent", "Never answered"],
  interrupted: ["Caller spoke over the agent", "Nobody interrupted"],
  tools: ["A tool was called", "No tool was called"],
  tool_failed: ["A tool failed", "No tool failed"],
  rated: ["Caller rated it", "Not rated"],
  costed: ["Cost is known", "Cost is not known"],
  model_used: ["A language model was asked", "No language model was asked"],
};

export const ENDING_NAMES: Readonly<Record<Ending, string>> = {
  contained: "Contained",
  transferred: "Transferred",
  abandoned: "Abandoned",
  failed: "Failed",
};

/** Each filter in words. */
export function chipsOf(filters: CallFilters): Chip[] {
  const chips: Chip[] = [];
  const add = (text: string, ...names: (keyof CallFilters)[]) => chips.push({ names, text });
  const { since, until } = filters;
  if (since && until) add(spanText(since, until), "since", "until");
  else if (since) add(`Since ${moment(since)}`, "since");
  else if (until) add(`Before ${moment(until)}`, "until");
  if (filters.search) add(`Begins with “${filters.search}”`, "search");
  if (filters.number) add(`Number ${filters.number}`, "number");
  if (filters.called)
    add(filters.called === "default" ? "Called any other number" : `Called ${filters.called}`, "called");
  if (filters.flow) add(`Flow ${flowText(filters.flow)}`, "flow");
  if (filters.outcome) add(oneOf(filters.outcome.map(outcomeName)), "outcome");
  if (filters.ending) add(oneOf(filters.ending.map((ending) => ENDING_NAMES[ending])), "ending");
  if (filters.transferred_to !== undefined) add(`To ${named(filters.transferred_to)}`, "transferred_to");
  if (filters.transferred_from !== undefined) add(`From the step ${named(filters.transferred_from)}`, "transferred_from");
  if (filters.language) add(`In ${filters.language}`, "language");
  if (filters.longer_than_s !== undefined) add(`Longer than ${filters.longer_than_s} s`, "longer_than_s");
  if (filters.shorter_than_s !== undefined) add(`Shorter than ${filters.shorter_than_s} s`, "shorter_than_s");
  if (filters.slower_than_ms !== undefined)
    add(`A response slower than ${(filters.slower_than_ms / 1_000).toFixed(2)} s`, "slower_than_ms");
  for (const [name, [yes, no]] of Object.entries(FLAGS) as [keyof CallFilters, readonly [string, string]][]) {
    const value = filters[name];
    if (typeof value === "boolean" && !(name === "measured" && value)) add(value ? yes : no, name);
  }
  const { satisfaction_from: from, satisfaction_to: to } = filters;
  if (from !== undefined || to !== undefined)
    add(`Rated ${from ?? 1}–${to ?? 5}`, "satisfaction_from", "satisfaction_to");
  if (filters.said) {
    const who = filters.said_by ? plain(filters.said_by) : "Somebody";
    add(`${who} said “${filters.said}”`, "said", "said_by");
  }
  return chips;
}

function spanText(since: string, until: string): string {
  const [from, to] = [new Date(since), new Date(until)];
  const atMidnight = (date: Date) => date.getHours() === 0 && date.getMinutes() === 0;
  if (!atMidnight(from) || !atMidnight(to)) return `${moment(from)} – ${moment(to)}`;
  const last = new Date(to.getTime() - 1);
  return from.toDateString() === last.toDateString() ? dayOf(from) : `${dayOf(from)} – ${dayOf(last)}`;
}

export function flowText(flow: string): string {
  const [name, version] = flow.split("@");
  return version ? `${name} ${version === "draft" ? "(draft)" : `v${version}`}` : (name ?? flow);
}

function outcomeName(outcome: string): string {
  return OUTCOME_NAMES.find(([known]) => known === outcome)?.[1] ?? plain(outcome);
}

function named(name: string): string {
  return name ? `“${plain(name)}”` : "nowhere known";
}

function oneOf(names: readonly string[]): string {
  return names.join(" or ");
}
