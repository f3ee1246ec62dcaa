/** Findings of validation, brought to the field they are about. */
import type { Finding } from "../queries";
import { at, type Content, isBranch, type Path } from "./content";
import { pathAtLine } from "./yaml";

export interface ProblemAt {
  path: Path;
  severity: Finding["severity"];
  step: string | null;
  sentence: string;
  fix: string | null;
}

/** Words findings begin with, and the field they are about. */
const SPOKEN: Readonly<Record<string, string>> = {
  decides: "by",
  speaks: "language",
  "nothing fails": "failed",
  "asks for nothing": "answers",
  "asks for digits": "counted",
  "asks for consent": "answers",
  "goal takes": "goal",
};
const MISSING = /^'([a-z_.]+)' is missing/;
const ARGUMENT = /^argument '([^']+)'/;
const LEADING = /^'?([a-z_]+(?:\.[a-z0-9_*#]+)*)'?[ :]/;

export function problemsAt(findings: readonly Finding[], text: string, content: Content): ProblemAt[] {
  return findings.map(({ severity, step, line, sentence, fix }) => ({ path: pathOf(step, line, sentence, text, content), severity, step, sentence, fix }));
}

function pathOf(step: string | null, line: number | null, sentence: string, text: string, content: Content): Path {
  const base = step === null ? [] : ["steps", step];
  const byLine = line === null ? [] : pathAtLine(text, line);
  const inside = base.every((key, index) => byLine[index] === key);
  const missing = MISSING.exec(sentence)?.[1];
  const named = [...base, ...(LEADING.exec(sentence)?.[1]?.split(".") ?? [])];
  if (inside && byLine.length > base.length) {
    if (missing && step === null) return [...byLine, ...missing.split(".")];
    return named.length > byLine.length && byLine.every((key, index) => named[index] === key) ? named : byLine;
  }
  if (missing) return [...base, ...missing.split(".")];
  const argument = ARGUMENT.exec(sentence)?.[1];
  if (argument) return [...base, "arguments", argument];
  for (const [words, field] of Object.entries(SPOKEN)) if (sentence.startsWith(words)) return [...base, field];
  const holder = at(content, base);
  return isBranch(holder) && Object.hasOwn(holder, named[base.length] ?? "") ? named : base;
}

/** Those that keep the flow from being published; the others only warn. */
export function errorsAmong(problems: readonly ProblemAt[]): readonly ProblemAt[] {
  return problems.filter((problem) => problem.severity === "error");
}

export function under(problem: ProblemAt, path: Path): boolean {
  return path.length <= problem.path.length && path.every((key, index) => problem.path[index] === key);
}

/** How many problems each step has. */
export function countByStep(problems: readonly ProblemAt[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const problem of problems) {
    const node = problem.step ?? sourceOf(problem.path);
    if (node) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

function sourceOf([first]: Path): string | null {
  if (first === "start") return "@start";
  if (first === "global_steps" || first === "global_keys") return "@global";
  return first === "silence" || first === "misunderstood" || first === "trouble" ? "@trouble" : null;
}
