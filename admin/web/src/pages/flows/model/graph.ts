/** The document as a graph: where each step leads, by which field, and what says so. */
import { at, branchAt, type Content, freeName, isBranch, isList, kindOf, type Path, put, renamed, type Step, stepsOf, textAt, type Value } from "./content";
import { kindNamed } from "./kinds";

export type PortKind = "next" | "meaning" | "result" | "failure" | "silence" | "other";

/** A way out of a step: the field that names the next one. `path` is below the step. */
export interface Port {
  path: Path;
  label: string;
  kind: PortKind;
  target: string;
}

/** The places a call enters by that are no steps; drawn as nodes of their own. */
export const SOURCES = {
  "@start": "Call begins",
  "@global": "At any point",
  "@trouble": "When it goes wrong",
} as const;
export type SourceId = keyof typeof SOURCES;
export function isSource(id: string): id is SourceId {
  return Object.hasOwn(SOURCES, id);
}

export function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** The ways out of a step, in the order they are read. */
export function portsOf(step: Step): Port[] {
  const ports: Port[] = [];
  const add = (path: Path, label: string, kind: PortKind) => ports.push({ path, label, kind, target: textAt(step, path) });
  const each = (field: string, kind: PortKind, label: (name: string) => string = words) => {
    for (const name of Object.keys(branchAt(step, [field]))) add([field, name], label(name), kind);
  };
  switch (kindOf(step)) {
    case "say":
      add(["next"], "then", "next");
      break;
    case "ask":
      if (step["slot"] !== undefined) add(["next"], `${words(textAt(step, ["slot"])) || "answer"} given`, "next");
      each("answers", "meaning");
      break;
    case "look_up":
    case "agent":
      add(["next"], step["meanwhile"] === undefined ? "done" : "at once", "next");
      if (isBranch(step["meanwhile"])) add(["meanwhile", "found"], "found, later", "result");
      each("failed", "failure");
      if (isBranch(step["verifies"])) add(["verifies", "then"], "not verified", "failure");
      break;
    case "decide":
      each("cases", "result", (name) => name);
      add(["otherwise"], "otherwise", "other");
      break;
    case "interpret":
      add(["next"], "they have spoken", "next");
      add(["failed"], "nobody answers", "failure");
      break;
    case "transfer":
      add(["resume"], "caller comes back", "other");
      break;
    case "end":
      add(["resume"], "caller goes on", "other");
      break;
    default:
      for (const field of ["next", "then", "otherwise", "resume", "skipped"]) {
        if (typeof step[field] === "string") add([field], field === "next" ? "then" : field, "next");
      }
      if (kindOf(step) === "survey" && step["next"] === undefined) add(["next"], "then", "next");
  }
  if (isBranch(step["at_most"])) add(["at_most", "then"], `after ${textAt(step, ["at_most", "times"]) || "some"} times`, "other");
  return ports;
}

/** The ways in which are no steps; `path` is from the document's top. */
export function sourcePorts(content: Content, id: SourceId): Port[] {
  const port = (path: Path, label: string, kind: PortKind): Port => ({ path, label, kind, target: textAt(content, path) });
  switch (id) {
    case "@start":
      return [port(["start"], "first step", "next")];
    case "@global":
      return [
        ...Object.keys(branchAt(content, ["global_steps"])).map((name) => port(["global_steps", name], words(name), "meaning")),
        ...Object.keys(branchAt(content, ["global_keys"])).map((key) => port(["global_keys", key], `key ${key}`, "other")),
      ];
    case "@trouble":
      return [
        port(["silence", "then"], "nobody speaks", "silence"),
        port(["misunderstood", "then"], "not understood", "failure"),
        port(["trouble"], "something is missing", "failure"),
      ];
  }
}

export interface GraphNode {
  id: string;
  step: Step | null;
  ports: Port[];
}

export interface GraphEdge {
  id: string;
  source: string;
  target: string;
  port: string;
  label: string;
  kind: PortKind;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export function portId(port: Port): string {
  return port.path.join(".");
}

export function graphOf(content: Content): Graph {
  const steps = stepsOf(content);
  const nodes: GraphNode[] = [
    ...(Object.keys(SOURCES) as SourceId[]).map((id) => ({ id, step: null, ports: sourcePorts(content, id) })),
    ...Object.entries(steps).map(([id, step]) => ({ id, step, ports: portsOf(step) })),
  ];
  const edges = nodes.flatMap((node) =>
    node.ports
      .filter((port) => Object.hasOwn(steps, port.target))
      .map((port) => ({
        id: `${node.id} ${portId(port)}`,
        source: node.id,
        target: port.target,
        port: portId(port),
        label: port.label,
        kind: port.kind,
      })),
  );
  return { nodes, edges };
}

/** Where the ports of a node stand in the document. */
export function fullPath(node: string, path: Path): Path {
  return isSource(node) ? path : ["steps", node, ...path];
}

export function connect(content: Content, node: string, port: string, target: string | undefined): Content {
  const source = isSource(node) ? sourcePorts(content, node) : portsOf(stepsOf(content)[node] ?? {});
  const found = source.find((each) => portId(each) === port);
  return found ? put(content, fullPath(node, found.path), target ?? "") : content;
}

/** Call a step something else, wherever it is named. */
export function renameStep(content: Content, from: string, to: string): Content {
  const named = (value: Value | undefined): Value | undefined => (value === from ? to : value);
  let changed: Content = { ...content, steps: renamed(branchAt(content, ["steps"]), from, to) };
  const { nodes } = graphOf(changed);
  for (const node of nodes) {
    for (const port of node.ports) {
      if (port.target === from) changed = put(changed, fullPath(node.id, port.path), to);
    }
    if (node.step === null) continue;
    for (const field of LISTS) {
      const list = at(node.step, field);
      const names = isList(list) ? list.map((each) => named(each) as Value) : named(list);
      if (names !== undefined && names !== list && JSON.stringify(names) !== JSON.stringify(list)) {
        changed = put(changed, ["steps", node.id, ...field], names);
      }
    }
  }
  return changed;
}

/** Fields that name steps without leading there. */
const LISTS: readonly Path[] = [["consent_for"], ["meanwhile", "dropped_at"]];

/** Take steps away; what led to them leads nowhere, and validation says so. */
export function removeSteps(content: Content, names: ReadonlySet<string>): Content {
  const steps = branchAt(content, ["steps"]);
  return { ...content, steps: Object.fromEntries(Object.entries(steps).filter(([name]) => !names.has(name))) };
}

/** A new step of a kind; `from` leads to it if it has a way out that leads nowhere yet. */
export function addStep(content: Content, name: string, kind: string, from?: string): Content {
  const step = kindNamed(kind).fresh;
  const result = step["result"] === "" ? { ...step, result: name } : step;
  let changed = put(content, ["steps", name], result);
  const source = from === undefined ? undefined : stepsOf(content)[from];
  const open = source && portsOf(source).find((port) => port.target === "");
  if (from !== undefined && open) changed = put(changed, ["steps", from, ...open.path], name);
  return changed;
}

export interface Copied {
  steps: Readonly<Record<string, Step>>;
}

/** Put copied steps in under free names; among each other they lead to the copies. */
export function paste(content: Content, copied: Copied): { content: Content; names: string[] } {
  const taken: Record<string, unknown> = { ...stepsOf(content) };
  const names: Record<string, string> = {};
  for (const name of Object.keys(copied.steps)) {
    names[name] = freeName(name, taken);
    taken[names[name] as string] = true;
  }
  let changed = content;
  for (const [name, step] of Object.entries(copied.steps)) {
    let copy: Step = step;
    for (const port of portsOf(step)) {
      const target = names[port.target];
      if (target !== undefined) copy = put(copy, port.path, target);
    }
    changed = put(changed, ["steps", names[name] as string], copy);
  }
  return { content: changed, names: Object.values(names) };
}
