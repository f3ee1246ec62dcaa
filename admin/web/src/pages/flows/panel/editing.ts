/** What every field of the side panel works on. */
import { createContext, use } from "react";
import { at, branchAt, type Content, kindOf, type Path, stepsOf, type Value } from "../model/content";
import type { Places } from "../model/layout";
import { type ProblemAt, under } from "../model/problems";

export interface Editing {
  content: Content;
  readOnly: boolean;
  codes: readonly string[];
  problems: readonly ProblemAt[];
  change: (make: (content: Content) => Content, about?: string, places?: (places: Places) => Places) => void;
  /** Put a value somewhere; undefined takes it away. */
  set: (path: Path, value: Value | undefined) => void;
  select: (node: string) => void;
  /** Begin a new step of a kind and give its name. */
  begin: (kind: string) => string;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = use(EditingContext);
  if (editing === null) throw new Error("A field stands outside of the editor.");
  return editing;
}

export interface Bound {
  value: Value | undefined;
  set: (value: Value | undefined) => void;
  error: string | undefined;
  /** What the author hardly meant here, and a call survives. */
  warning: string | undefined;
  readOnly: boolean;
}

/** A place in the document, and what is wrong exactly there. `deep`: also with what is below. */
export function useField(path: Path, deep = true): Bound {
  const { content, set, problems, readOnly } = useEditing();
  const here = problems.filter((problem) => (deep ? under(problem, path) : problem.path.length === path.length && under(problem, path)));
  const told = (severity: ProblemAt["severity"]) => {
    const found = here.find((problem) => problem.severity === severity);
    return found && [found.sentence, found.fix].filter(Boolean).join("; ");
  };
  return {
    value: at(content, path),
    set: (value) => set(path, value),
    error: told("error"),
    warning: told("warning"),
    readOnly,
  };
}

export interface Known {
  name: string;
  what: string;
}

const TALK: Readonly<Record<string, readonly string[]>> = {
  counted: ["heard", "count", "missing"],
  resuming: ["last"],
  silence: ["question"],
  repair: ["before", "now"],
  after_hang_up: ["result.status"],
  partial: ["last", "question"],
  aside: ["last", "question"],
  speak: ["last", "question"],
  remind: ["due", "on_call", "waited", "last", "question"],
  stop_reminding: ["last", "question"],
  watch: ["last_time", "last", "question"],
  how_long: ["on_call", "waited", "last", "question"],
};
const ABOUT: Readonly<Record<string, string>> = {
  heard: "the digits so far",
  count: "how many digits",
  missing: "how many are missing",
  last: "what was said last",
  question: "the open question",
  before: "what was told before",
  now: "what is true now",
  due: "when it is due",
  on_call: "time on the phone",
  waited: "time waited",
  last_time: "how long it took last time",
  "result.status": "part of the answer",
};

/** What can be filled into a text at this place. */
export function blanksAt(content: Content, path: Path): Known[] {
  const steps = Object.values(stepsOf(content));
  const step = path[0] === "steps" ? stepsOf(content)[path[1] ?? ""] : undefined;
  const place = path[0] === "steps" ? [kindOf(step), ...path.slice(2)] : path;
  const talk = place.flatMap((key) => TALK[key] ?? []).map((name) => ({ name, what: ABOUT[name] ?? "" }));
  const slots = Object.keys(branchAt(content, ["slots"])).map((name) => ({ name, what: "what the caller gave" }));
  const values = Object.entries(branchAt(content, ["values"])).map(([name, value]) => ({ name, what: String(value) }));
  const answers = new Map<string, string>();
  for (const each of steps) {
    if (typeof each["result"] === "string" && each["result"]) answers.set(each["result"], String(each["tool"] ?? "an answer"));
  }
  const parts = new Set<string>();
  for (const [, path_] of JSON.stringify(content).matchAll(/\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)(?::[a-z]+)?\}/g)) {
    if (path_ && answers.has(path_.split(".")[0] ?? "")) parts.add(path_);
  }
  const results = [...answers].flatMap(([name, tool]) => {
    const known = [...parts].filter((part) => part.startsWith(`${name}.`)).map((part) => ({ name: part, what: `from ${tool}` }));
    return known.length > 0 ? known : [{ name: `${name}.status`, what: `from ${tool}` }];
  });
  return [...new Map([...talk, ...slots, ...results, ...values].map((each) => [each.name, each])).values()];
}

export const FORMATS: readonly (readonly [string, string])[] = [
  ["", "As it is"],
  ["digits", "Digit by digit"],
  ["spelled", "Letter by letter"],
  ["date", "A date"],
  ["when", "Tomorrow, on Tuesday…"],
  ["month", "A month"],
  ["time", "A time of day"],
  ["moment", "A day and a time"],
  ["moments", "Several to choose from"],
  ["span", "A length of time"],
  ["money", "An amount of money"],
  ["priced", "Things with prices"],
  ["chart", "What a chart shows"],
];

export function meaningNames(content: Content): string[] {
  return [...new Set(["yes", "no", ...Object.keys(branchAt(content, ["meanings"]))])];
}
