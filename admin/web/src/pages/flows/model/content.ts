/**
 * A flow's document as plain data: what the YAML holds, sound or not. Nothing here changes what it is given.
 */
export type Value = null | boolean | number | string | readonly Value[] | Branch;
export interface Branch {
  readonly [key: string]: Value;
}
export type Content = Branch;
export type Step = Branch;
/** Where something stands: ["steps", "greet", "answers", "yes"]. */
export type Path = readonly string[];

export function isBranch(value: unknown): value is Branch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

export function at(value: Value | undefined, path: Path): Value | undefined {
  let found: Value | undefined = value;
  for (const key of path) {
    if (isList(found)) found = found[Number(key)];
    else if (isBranch(found)) found = Object.hasOwn(found, key) ? found[key] : undefined;
    else return undefined;
  }
  return found;
}

export function branchAt(value: Value | undefined, path: Path): Branch {
  const found = at(value, path);
  return isBranch(found) ? found : {};
}

export function textAt(value: Value | undefined, path: Path): string {
  const found = at(value, path);
  return typeof found === "string" ? found : typeof found === "number" || typeof found === "boolean" ? String(found) : "";
}

/** The same document with a value somewhere; undefined takes it away. Branches on the way are made. */
export function put(content: Branch, path: Path, value: Value | undefined): Branch {
  const [key, ...rest] = path;
  if (key === undefined) return isBranch(value) ? value : content;
  const below = content[key];
  if (rest.length === 0) return value === undefined ? without(content, key) : { ...content, [key]: value };
  if (isList(below)) return { ...content, [key]: putInList(below, rest, value) };
  if (value === undefined && !isBranch(below)) return content;
  return { ...content, [key]: put(isBranch(below) ? below : {}, rest, value) };
}

function putInList(list: readonly Value[], [key, ...rest]: Path, value: Value | undefined): readonly Value[] {
  const index = Number(key);
  if (rest.length === 0) {
    return value === undefined ? list.filter((_, place) => place !== index) : list.with(index, value);
  }
  const below = list[index];
  if (isList(below)) return list.with(index, putInList(below, rest, value));
  return list.with(index, put(isBranch(below) ? below : {}, rest, value));
}

export function without(branch: Branch, key: string): Branch {
  const { [key]: _, ...rest } = branch;
  return rest;
}

/** The same entries in the same order, one under another name. */
export function renamed(branch: Branch, from: string, to: string): Branch {
  return Object.fromEntries(Object.entries(branch).map(([key, value]) => [key === from ? to : key, value]));
}

export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, index) => same(each, other[index]));
  }
  if (isBranch(one) && isBranch(other)) {
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]));
  }
  return false;
}

export function stepsOf(content: Content): Readonly<Record<string, Step>> {
  const steps = content["steps"];
  if (!isBranch(steps)) return {};
  const entries = Object.entries(steps).filter((entry): entry is [string, Step] => isBranch(entry[1]));
  return entries.length === Object.keys(steps).length ? (steps as Record<string, Step>) : Object.fromEntries(entries);
}

export function kindOf(step: Step | undefined): string {
  return textAt(step, ["kind"]);
}

/** A name that is not taken: "ask", "ask_2". */
export function freeName(wanted: string, taken: Readonly<Record<string, unknown>>): string {
  if (!Object.hasOwn(taken, wanted)) return wanted;
  const stem = wanted.replace(/_\d+$/, "");
  for (let number = 2; ; number += 1) {
    const name = `${stem}_${number}`;
    if (!Object.hasOwn(taken, name)) return name;
  }
}

/** What somebody typed, as a name: "Order number" → "order_number". */
export function asName(typed: string): string {
  return typed
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+/, "")
    .replace(/_+$/, "")
    .slice(0, 64);
}
