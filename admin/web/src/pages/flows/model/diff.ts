/** What differs between two documents, step by step and field by field. */
import { branchAt, type Content, isBranch, type Path, put, same, type Step, type Value } from "./content";

export interface FieldDifference {
  field: string;
  before: Value | undefined;
  after: Value | undefined;
}

export interface StepDifference {
  step: string;
  kind: "added" | "removed" | "changed";
  fields: FieldDifference[];
}

export interface Differences {
  steps: StepDifference[];
  elsewhere: FieldDifference[];
}

export function differences(before: Content, after: Content): Differences {
  const [old, now] = [branchAt(before, ["steps"]), branchAt(after, ["steps"])];
  const names = [...Object.keys(now), ...Object.keys(old).filter((name) => !Object.hasOwn(now, name))];
  const steps = names.flatMap((step): StepDifference[] => {
    if (!Object.hasOwn(old, step)) return [{ step, kind: "added", fields: fields(undefined, now[step]) }];
    if (!Object.hasOwn(now, step)) return [{ step, kind: "removed", fields: fields(old[step], undefined) }];
    return same(old[step], now[step]) ? [] : [{ step, kind: "changed", fields: fields(old[step], now[step]) }];
  });
  const { steps: _, ...oldRest } = before;
  const { steps: __, ...newRest } = after;
  return { steps, elsewhere: fields(oldRest, newRest) };
}

function fields(before: Value | undefined, after: Value | undefined, path = ""): FieldDifference[] {
  if (same(before, after)) return [];
  const branches = [before, after].filter((each) => each !== undefined);
  if (!branches.every(isBranch) || (path !== "" && branches.length < 2)) return [{ field: path, before, after }];
  const [old, now] = [isBranch(before) ? before : {}, isBranch(after) ? after : {}];
  const names = [...Object.keys(old), ...Object.keys(now).filter((name) => !Object.hasOwn(old, name))];
  return names.flatMap((name) => fields(old[name], now[name], path ? `${path}.${name}` : name));
}

/** A change somewhere: a step, or an entry of the document's top. */
interface Piece {
  path: Path;
  value: Value | undefined;
}

function pieces(base: Content, other: Content): Piece[] {
  const found: Piece[] = [];
  for (const place of ["steps", "meanings", "slots", "destinations", "global_steps", "values"]) {
    const [old, now] = [branchAt(base, [place]), branchAt(other, [place])];
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if (!same(old[name], now[name])) found.push({ path: [place, name], value: now[name] });
    }
  }
  for (const name of new Set([...Object.keys(base), ...Object.keys(other)])) {
    if (isBranch(base[name]) && isBranch(other[name]) && ["steps", "meanings", "slots", "destinations", "global_steps", "values"].includes(name)) continue;
    if (!same(base[name], other[name])) found.push({ path: [name], value: other[name] });
  }
  return found;
}

export interface Merge {
  merged: Content;
  /** What both changed, and differently: "steps.greet". In `merged` it is as in `mine`. */
  clashes: string[];
}

/** Put together what two people made of one document; where both changed the same piece, mine stands. */
export function merge(base: Content, mine: Content, theirs: Content): Merge {
  const clashes: string[] = [];
  const theirPieces = new Map(pieces(base, theirs).map((piece) => [piece.path.join("."), piece]));
  let merged = theirs;
  for (const piece of pieces(base, mine)) {
    const key = piece.path.join(".");
    const other = theirPieces.get(key);
    if (other && !same(other.value, piece.value)) clashes.push(key);
    merged = put(merged, piece.path, piece.value);
  }
  return { merged, clashes };
}

/** A value as people read it in a comparison. */
export function shown(value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((each: Value) => shown(each)).join("\n");
  if (isBranch(value)) return Object.entries(value as Step).map(([key, each]) => `${key}: ${shown(each)}`).join("\n");
  return String(value);
}
