/**
 * YAML as Tandem reads it, and changes written into it so that all else stays, byte for byte.
 *
 * `yes` and `no` are words, `012345` is text; anchors and repeated keys are refused, as the platform refuses them.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Pair,
  parseDocument,
  type ScalarTag,
  type ToStringOptions,
  visit,
  YAMLMap,
  YAMLSeq,
  Document as YamlDocument,
} from "yaml";
import { type Branch, type Content, isBranch, isList, type Path, same, type Value } from "./content";

const TAGS: ScalarTag[] = [
  scalar("null", /^(?:~|null|)$/, () => null, (value) => value === null, () => "null"),
  scalar("bool", /^(?:true|false)$/, (text) => text === "true", (value) => typeof value === "boolean", String),
  scalar("int", /^[-+]?(?:0|[1-9][0-9]*)$/, Number, (value) => Number.isInteger(value), plainNumber),
  scalar("float", /^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$/, Number, (value) => typeof value === "number", plainNumber),
];
const READING = { schema: "failsafe", customTags: TAGS, prettyErrors: false } as const;
const WRITING: ToStringOptions = { indent: 2, lineWidth: 0, blockQuote: false, flowCollectionPadding: false };

function scalar(
  name: string,
  test: RegExp,
  resolve: (text: string) => unknown,
  identify: (value: unknown) => boolean,
  write: (value: unknown) => string,
): ScalarTag {
  return { tag: `tag:yaml.org,2002:${name}`, default: true, test, resolve, identify, stringify: ({ value }) => write(value) };
}

function plainNumber(value: unknown): string {
  const text = String(value);
  return text.includes("e") ? Number(value).toFixed(9).replace(/0+$/, "0") : text;
}

export type Reading = { content: Content; trouble: null } | { content: null; trouble: { line: number; sentence: string } };

/** Read a flow's text, or say in which line it cannot be read. */
export function read(text: string): Reading {
  const document = parseDocument(text, READING);
  const wrong = document.errors[0];
  if (wrong) return unreadable(lineAt(text, wrong.pos[0]), wrong.message.split("\n")[0] ?? "This is not YAML.");
  let alias: number | null = null;
  visit(document, {
    Node(_, node) {
      if (isAlias(node) || ("anchor" in node && node.anchor)) alias ??= node.range?.[0] ?? 0;
    },
  });
  if (alias !== null) return unreadable(lineAt(text, alias), "Anchors (& and *) are not supported; write it out.");
  const content: unknown = document.toJS();
  if (content === null) return { content: {}, trouble: null };
  if (!isBranch(content)) return unreadable(1, "This is not a flow: it must begin with `schema: 1` and list its `steps`.");
  return { content, trouble: null };
}

function unreadable(line: number, sentence: string): Reading {
  return { content: null, trouble: { line, sentence } };
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf("\n"); index !== -1 && index < offset; index = text.indexOf("\n", index + 1)) line += 1;
  return line;
}

/** Where the value in a line stands, from line 1 on; empty where none does. */
export function pathAtLine(text: string, line: number): Path {
  const path: string[] = [];
  let node: unknown = parseDocument(text, READING).contents;
  for (;;) {
    if (isMap(node)) {
      const pair = node.items.findLast((each) => lineAt(text, startOf(each)) <= line);
      if (!pair) return path;
      path.push(keyOf(pair));
      if (lineAt(text, startOf(pair)) === line) return path;
      node = pair.value;
    } else return path;
  }
}

/** In which line something stands, from 1; null where it does not. */
export function lineOf(text: string, path: Path): number | null {
  let node: unknown = parseDocument(text, READING).contents;
  let line: number | null = null;
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((each) => keyOf(each) === key);
    if (!pair) break;
    line = lineAt(text, startOf(pair));
    node = pair.value;
  }
  return line;
}

interface Edit {
  from: number;
  to: number;
  text: string;
}

/** The text with this content: what is the same in both stays as it is written, comments and all. */
export function written(text: string, content: Content): string {
  const document = parseDocument(text, READING);
  if (document.errors.length > 0 || !isMap(document.contents)) return fresh(content);
  if (same(document.toJS(), content)) return text;
  const edits: Edit[] = [];
  rewriteMap({ text, document, edits }, document.contents, content);
  const result = applied(text, edits);
  if (same(read(result).content, content)) return result;
  patched(document, document.contents, content);
  quoted(document);
  const whole = document.toString(WRITING);
  return same(read(whole).content, content) ? whole : fresh(content);
}

/** A text of its own for content that has none yet. */
export function fresh(content: Content): string {
  return new YamlDocument(content, READING).toString(WRITING);
}

function applied(text: string, edits: Edit[]): string {
  let result = text;
  for (const edit of edits.toSorted((one, other) => other.from - one.from || other.to - one.to)) {
    result = result.slice(0, edit.from) + edit.text + result.slice(edit.to);
  }
  return result;
}

interface Work {
  text: string;
  document: Document.Parsed;
  edits: Edit[];
}

function rewriteMap(work: Work, map: YAMLMap, want: Branch): void {
  const old = map.items.map(keyOf);
  const keys = Object.keys(want);
  const gone = old.filter((key) => !Object.hasOwn(want, key));
  const added = keys.filter((key) => !old.includes(key));
  const names = new Map<string, string>();
  if (old.length === keys.length) {
    for (const key of gone) {
      const name = keys[old.indexOf(key)];
      if (name !== undefined && added.includes(name)) names.set(key, name);
    }
  }
  map.items.forEach((pair, index) => {
    const key = keyOf(pair);
    const name = names.get(key);
    if (name !== undefined) {
      const node = pair.key as Node;
      work.edits.push({ from: node.range?.[0] ?? 0, to: node.range?.[1] ?? 0, text: keyText(name) });
    }
    const value = want[name ?? key];
    if (value === undefined) work.edits.push(removal(work.text, map, index));
    else if (!same(plain(work, pair.value), value)) rewriteValue(work, pair, name ?? key, value);
  });
  insertInto(work, map, want, added.filter((key) => ![...names.values()].includes(key)), new Set(gone));
}

function rewriteValue(work: Work, pair: Pair, key: string, value: Value): void {
  const node = pair.value;
  if (isMap(node) && !node.flow && isBranch(value) && node.items.some((each) => Object.hasOwn(value, keyOf(each)))) {
    rewriteMap(work, node, value);
    return;
  }
  const from = startOf(pair);
  const to = endOf(pair);
  const column = columnOf(work.text, from);
  const nested = isMap(node) || isSeq(node) ? node : null;
  const behind = nested?.flow ? nested.comment : null; // stays where it is, behind the entry
  if (nested && behind) nested.comment = null;
  const rendered = pairText(work, key, nested ? patched(work.document, nested, value) : value, column);
  if (nested && behind) nested.comment = behind;
  const ending = work.text.slice(from, to).endsWith("\n") ? newline(work.text) : "";
  work.edits.push({ from, to, text: rendered + ending });
}

function insertInto(work: Work, map: YAMLMap, want: Branch, added: string[], gone: ReadonlySet<string>): void {
  if (added.length === 0) return;
  const keys = Object.keys(want);
  const first = map.items[0] as Pair;
  const column = columnOf(work.text, startOf(first));
  const second = map.items[1] as Pair | undefined;
  const airy = second !== undefined && /\n[ \t]*\r?\n/.test(work.text.slice(endOf(first) - 1, startOf(second)));
  const [nl, gap] = [newline(work.text), airy ? newline(work.text) : ""];
  for (const key of added) {
    const before = keys
      .slice(0, keys.indexOf(key))
      .reverse()
      .map((name) => map.items.find((each) => keyOf(each) === name && !gone.has(name)))
      .find((each) => each !== undefined);
    const text = pairText(work, key, want[key] as Value, column);
    if (before === undefined) {
      const from = startOf(first);
      work.edits.push({ from, to: from, text: `${text}${nl}${gap}${" ".repeat(column)}` });
      continue;
    }
    const from = endOfLine(work.text, endOf(before));
    const closed = from > 0 && work.text[from - 1] === "\n";
    const line = `${gap}${" ".repeat(column)}${text}`;
    const earlier = work.edits.find((each) => each.from === from && each.to === from);
    const insertion = closed ? `${line}${nl}` : `${nl}${line}`;
    if (earlier) earlier.text += insertion;
    else work.edits.push({ from, to: from, text: insertion });
  }
}

/** Take an entry out, with the comment right above it and the empty lines after it. */
function removal(text: string, map: YAMLMap, index: number): Edit {
  const pair = map.items[index] as Pair;
  let from = lineStart(text, startOf(pair));
  const inline = text.slice(from, startOf(pair)).trim() !== "";
  if (inline) from = startOf(pair);
  else {
    for (let above = lineStart(text, from - 1); from > 0 && /^[ \t]*#/.test(text.slice(above, from)); above = lineStart(text, from - 1)) {
      from = above;
    }
  }
  let to = endOfLine(text, endOf(pair));
  if (text[to] === "\n") to += 1;
  else if (text[to] === "\r") to += 2;
  if (index < map.items.length - 1) {
    for (let blank = /^[ \t]*\r?\n/.exec(text.slice(to)); blank; blank = /^[ \t]*\r?\n/.exec(text.slice(to))) to += blank[0].length;
    if (inline) to = startOf(map.items[index + 1] as Pair);
  }
  return { from, to: Math.min(to, text.length), text: "" };
}

/** A tree of nodes that says `value`; nodes that say the same already are used again, with their comments. */
function patched(document: Document.Parsed, node: Node, value: Value): Node {
  if (isMap(node) && isBranch(value)) {
    const old = new Map(node.items.map((pair) => [keyOf(pair), pair]));
    node.items = Object.entries(value).map(([key, wanted]) => {
      const pair = old.get(key);
      if (!pair) return document.createPair(key, wanted) as Pair<Node, Node>;
      pair.value = pair.value ? patched(document, pair.value as Node, wanted) : document.createNode(wanted);
      return pair as Pair<Node, Node>;
    });
    return node;
  }
  if (isSeq(node) && isList(value)) {
    const old = node.items as Node[];
    const unused = new Set(old);
    const kept = value.map((wanted) => {
      const found = [...unused].find((each) => same(plain({ document }, each), wanted));
      if (found) unused.delete(found);
      return found;
    });
    node.items = value.map((wanted, index) => {
      const there = old[index];
      return kept[index] ?? (there && unused.has(there) ? patched(document, there, wanted) : document.createNode(wanted));
    });
    return node;
  }
  if (isScalar(node) && same(node.value, value)) return node;
  return document.createNode(value) as Node;
}

function pairText(work: Work, key: string, value: Node | Value, column: number): string {
  const map = new YAMLMap();
  const node = value instanceof YAMLMap || value instanceof YAMLSeq || isScalar(value) ? value : work.document.createNode(value);
  map.items.push(new Pair(key, node));
  const document = new YamlDocument(null, READING);
  document.contents = map as never;
  quoted(document);
  let text = document.toString(WRITING).trimEnd();
  if (text.includes("\n") && (isMap(node) || isSeq(node)) && node.flow) {
    node.flow = false;
    text = document.toString(WRITING).trimEnd();
  }
  return text.replaceAll("\n", `${newline(work.text)}${" ".repeat(column)}`);
}

/** Quote what the platform does not read unquoted: a question mark within brackets. */
function quoted(document: YamlDocument): void {
  visit(document, {
    Scalar(_, node, path) {
      const within = path.some((each) => (isMap(each) || isSeq(each)) && each.flow);
      if (within && typeof node.value === "string" && node.value.includes("?") && (node.type ?? "PLAIN") === "PLAIN") node.type = "QUOTE_DOUBLE";
    },
  });
}

function keyText(key: string): string {
  return fresh({ [key]: 0 }).trimEnd().replace(/: 0$/, "");
}

function plain({ document }: Pick<Work, "document">, node: unknown): unknown {
  return node === null ? null : (node as Node).toJS(document);
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function startOf(pair: Pair): number {
  return (pair.key as Node).range?.[0] ?? 0;
}

function endOf(pair: Pair): number {
  return Math.max((pair.key as Node).range?.[1] ?? 0, (pair.value as Node | null)?.range?.[1] ?? 0);
}

function lineStart(text: string, offset: number): number {
  return offset <= 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** The end of the line something ends in; where it ends with the line's own end, that. */
function endOfLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  if (end === -1) return text.length;
  return text[end - 1] === "\r" ? end - 1 : end;
}

function newline(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
