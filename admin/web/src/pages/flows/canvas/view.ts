/** The graph as the canvas draws it; what did not change keeps its identity, so that it is not drawn again. */
import type { Edge, Node } from "@xyflow/react";
import { type Branch, type Content, kindOf } from "../model/content";
import { type Graph, type GraphNode, portId, SOURCES, isSource } from "../model/graph";
import { factOf, HEAD_HEIGHT, NODE_WIDTH, type Places, PORT_HEIGHT, quietEdges, shapeOf, summaryOf, TEXT_HEIGHT, FACT_HEIGHT } from "../model/layout";
import { gist } from "../model/texts";

export interface PortView {
  id: string;
  label: string;
  kind: string;
  target: string;
  /** The edge is only drawn when asked for, so the port says where it leads. */
  quiet: boolean;
  missing: boolean;
  /** Of two versions that are compared. */
  change?: "added" | "removed" | "changed" | undefined;
}

export interface NodeView extends Record<string, unknown> {
  name: string;
  kind: string;
  summary: string;
  fact: string;
  ports: PortView[];
  /** New ways out can be drawn from it: answers, cases, failures, global meanings. */
  grows: boolean;
  wrong: number;
  /** Where a test is; of two versions that are compared, what became of it. */
  mark: "added" | "removed" | "changed" | "same" | "here" | "";
}

export type StepNode = Node<NodeView>;

const GROWS = new Set(["ask", "decide", "look_up", "agent"]);
const HANDLE = 10;
const MORE = 16;

export interface Marks {
  wrong: ReadonlyMap<string, number>;
  /** The step a test is at. */
  here: string;
}

export function nodesOf(graph: Graph, places: Places, marks: Marks, before: readonly StepNode[]): StepNode[] {
  const quiet = quietEdges(graph);
  const steps = new Set(graph.nodes.map((node) => node.id));
  const old = new Map(before.map((node) => [node.id, node]));
  return graph.nodes.map((node) => {
    const data = viewOf(node, quiet, steps, marks);
    const was = old.get(node.id);
    const place = places[node.id] ?? { x: 0, y: 0 };
    const sameData = was !== undefined && JSON.stringify(was.data) === JSON.stringify(data);
    if (was && sameData && was.position.x === place.x && was.position.y === place.y) return was;
    if (was && sameData) return { ...was, position: place };
    const shape = shapeOf(node);
    return {
      id: node.id,
      type: isSource(node.id) ? "source" : "step",
      position: place,
      data,
      width: NODE_WIDTH,
      height: shape.height,
      measured: { width: NODE_WIDTH, height: shape.height },
      deletable: !isSource(node.id),
      handles: handlesOf(node),
      ariaLabel: `${data.kind ? `${data.kind.replaceAll("_", " ")} ` : ""}${data.name}`,
    };
  });
}

function grows(node: GraphNode): boolean {
  return node.step === null ? node.id === "@global" : GROWS.has(kindOf(node.step));
}

function viewOf(node: GraphNode, quiet: ReadonlySet<string>, steps: ReadonlySet<string>, marks: Marks): NodeView {
  const kind = node.step === null ? "" : kindOf(node.step);
  return {
    name: isSource(node.id) ? SOURCES[node.id] : node.id,
    kind,
    summary: summaryOf(node),
    fact: node.step === null ? "" : factOf(node.step),
    ports: node.ports.map((port) => ({
      id: portId(port),
      label: port.label,
      kind: port.kind,
      target: port.target,
      quiet: quiet.has(`${node.id} ${portId(port)}`),
      missing: !steps.has(port.target),
    })),
    grows: grows(node),
    wrong: marks.wrong.get(node.id) ?? 0,
    mark: marks.here === node.id ? "here" : "",
  };
}

export function portTop(node: GraphNode, index: number): number {
  const shape = shapeOf(node);
  return HEAD_HEIGHT + (shape.text ? TEXT_HEIGHT : 0) + (shape.fact ? FACT_HEIGHT : 0) + index * PORT_HEIGHT + PORT_HEIGHT / 2;
}

/** Where lines begin and end, for nodes that are out of sight. */
function handlesOf(node: GraphNode): NonNullable<StepNode["handles"]> {
  const box = { width: HANDLE, height: HANDLE };
  const into = isSource(node.id)
    ? []
    : [{ ...box, id: "in", type: "target" as const, position: "left" as never, x: -HANDLE / 2, y: HEAD_HEIGHT / 2 - HANDLE / 2 }];
  const out = node.ports.map((port, index) => ({
    ...box,
    id: portId(port),
    type: "source" as const,
    position: "right" as never,
    x: NODE_WIDTH - HANDLE / 2,
    y: portTop(node, index) - HANDLE / 2,
  }));
  const more = { width: MORE, height: MORE, x: NODE_WIDTH - MORE / 2 - 4, y: shapeOf(node).height - MORE - 2 };
  return [...into, ...out, ...(grows(node) ? [{ ...more, id: "+", type: "source" as const, position: "right" as never }] : [])];
}

/** `focus`: edges of these nodes are shown even where they are quiet, and stand out. */
export function edgesOf(graph: Graph, focus: ReadonlySet<string>): Edge[] {
  const quiet = quietEdges(graph);
  const edges: Edge[] = [];
  for (const edge of graph.edges) {
    const focused = focus.has(edge.source) || focus.has(edge.target);
    if (quiet.has(edge.id) && !focused) continue;
    edges.push({
      id: edge.id,
      source: edge.source,
      target: edge.target,
      sourceHandle: edge.port,
      targetHandle: "in",
      className: focused ? "flow-edge-focused" : `flow-edge flow-edge-${edge.kind}`,
      ariaLabel: `From ${edge.source} to ${edge.target}: ${edge.label}`,
      zIndex: focused ? 1 : 0,
      interactionWidth: 14,
    });
  }
  return edges;
}

/** Steps found by their name, kind or words; the best first. */
export function found(content: Content, sought: string): string[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const steps = content["steps"];
  if (typeof steps !== "object" || steps === null || Array.isArray(steps)) return [];
  return Object.entries(steps as Branch)
    .map(([name, step]) => {
      const title = name.replaceAll("_", " ").toLowerCase();
      const all = `${title} ${name} ${JSON.stringify(step).toLowerCase()}`;
      if (!words.every((word) => all.includes(word))) return [name, -1] as const;
      const head = words.every((word) => `${title} ${name}`.includes(word));
      return [name, head ? 2 : gist(step).toLowerCase().includes(words[0] ?? "") ? 1 : 0] as const;
    })
    .filter(([, score]) => score >= 0)
    .sort(([, one], [, other]) => other - one)
    .map(([name]) => name);
}
