/** Where steps stand on the canvas: kept places, and for what has none, a layout that is the same each time. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { Graph, GraphEdge, GraphNode } from "./graph";
import { gist } from "./texts";
import { kindNamed } from "./kinds";
import { kindOf } from "./content";

export interface Place {
  readonly x: number;
  readonly y: number;
}
export type Places = Readonly<Record<string, Place>>;

export const NODE_WIDTH = 248;
export const HEAD_HEIGHT = 40;
export const TEXT_HEIGHT = 44;
export const FACT_HEIGHT = 24;
export const PORT_HEIGHT = 24;
const PADDING = 8;
/** To a step with so many ways in, each is shown only when asked for. */
const MANY_WAYS = 6;

/** The facts a step shows as a line: the slot it fills, the tool it calls. */
export function factOf(step: Readonly<Record<string, unknown>>): string {
  for (const field of ["slot", "tool", "by", "destination", "language"]) {
    if (typeof step[field] === "string" && step[field] !== "") return step[field];
  }
  return "";
}

export function summaryOf(node: GraphNode): string {
  if (node.step === null) return "";
  return gist(node.step["says"]) || gist(node.step["goal"]);
}

export interface Shape {
  text: boolean;
  fact: boolean;
  ports: number;
  height: number;
}

/** How large a node is drawn; known beforehand, so that what is out of sight need not be measured. */
export function shapeOf(node: GraphNode): Shape {
  const text = node.step !== null && summaryOf(node) !== "";
  const fact = node.step !== null && factOf(node.step) !== "";
  const ports = node.ports.length;
  const height = HEAD_HEIGHT + (text ? TEXT_HEIGHT : 0) + (fact ? FACT_HEIGHT : 0) + ports * PORT_HEIGHT + (ports > 0 ? PADDING : 0);
  return { text, fact, ports, height };
}

/** Edges that would only be noise: to where half the flow leads, from everywhere, and to what stands apart. */
export function quietEdges(graph: Graph): ReadonlySet<string> {
  const into = new Map<string, number>();
  for (const edge of graph.edges) into.set(edge.target, (into.get(edge.target) ?? 0) + 1);
  const apart = new Set(graph.nodes.filter(staying).map((node) => node.id));
  const noise = ({ source, target, port }: GraphEdge) =>
    source === "@global" || source === "@trouble" || port === "resume" || apart.has(target) || (into.get(target) ?? 0) >= MANY_WAYS;
  return new Set(graph.edges.filter(noise).map((edge) => edge.id));
}

const APART = 96;

/** Lay everything out from left to right; what answers from anywhere stands below, apart. */
export function laidOut(graph: Graph): Places {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const apart = standingApart(graph);
  const quiet = quietEdges(graph);
  const dagre = new graphlib.Graph();
  dagre.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 88, ranker: "network-simplex" });
  dagre.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) {
    if (!apart.has(node.id)) dagre.setNode(node.id, { width: NODE_WIDTH, height: shapeOf(node).height });
  }
  const led = new Set<string>();
  for (const edge of graph.edges) {
    if (edge.port === "resume" || apart.has(edge.source) || apart.has(edge.target) || edge.source === edge.target) continue;
    if (quiet.has(edge.id) && led.has(edge.target)) continue; // one way is enough to say where it belongs
    led.add(edge.target);
    dagre.setEdge(edge.source, edge.target, { weight: quiet.has(edge.id) ? 1 : 4 });
  }
  layout(dagre);
  const places: Record<string, Place> = {};
  let bottom = 0;
  for (const id of dagre.nodes()) {
    const { x, y } = dagre.node(id) as Place;
    const height = shapeOf(byId.get(id) as GraphNode).height;
    places[id] = { x: Math.round(x - NODE_WIDTH / 2), y: Math.round(y - height / 2) };
    bottom = Math.max(bottom, y + height / 2);
  }
  return { ...places, ...shelf(graph, apart, bottom + APART) };
}

/** What no step leads to: it answers from anywhere, or when something goes wrong. */
function standingApart(graph: Graph): ReadonlySet<string> {
  const led = new Set(
    graph.edges
      .filter((edge) => edge.source !== "@global" && edge.source !== "@trouble" && edge.source !== edge.target && edge.port !== "resume")
      .map((edge) => edge.target),
  );
  return new Set(graph.nodes.filter((node) => node.id !== "@start" && (!led.has(node.id) || staying(node))).map((node) => node.id));
}

/** What stands apart: the two sources at the left, then the asides in rows. */
function shelf(graph: Graph, apart: ReadonlySet<string>, top: number): Places {
  const COLUMNS = 5;
  const places: Record<string, Place> = {};
  let below = top;
  for (const id of ["@global", "@trouble"]) {
    const node = graph.nodes.find((each) => each.id === id);
    if (!node) continue;
    places[id] = { x: 0, y: below };
    below += shapeOf(node).height + 36;
  }
  const heights = Array.from({ length: COLUMNS }, () => top);
  for (const node of graph.nodes) {
    if (!apart.has(node.id) || node.step === null) continue;
    const column = heights.indexOf(Math.min(...heights));
    places[node.id] = { x: (column + 1) * (NODE_WIDTH + 64), y: heights[column] ?? top };
    heights[column] = (heights[column] ?? top) + shapeOf(node).height + 28;
  }
  return places;
}

function staying(node: GraphNode): boolean {
  return node.step !== null && kindNamed(kindOf(node.step)).stays;
}

/** Kept places, and for nodes without one the place the layout gives them, moved along with what is kept. */
export function placed(graph: Graph, kept: Places): Places {
  const missing = graph.nodes.filter((node) => !Object.hasOwn(kept, node.id));
  const known = Object.fromEntries(Object.entries(kept).filter(([id]) => graph.nodes.some((node) => node.id === id)));
  if (missing.length === 0) return known;
  const all = laidOut(graph);
  const shared = graph.nodes.filter((node) => Object.hasOwn(known, node.id));
  const mean = (of: (id: string) => number) => (shared.length === 0 ? 0 : shared.reduce((sum, node) => sum + of(node.id), 0) / shared.length);
  const dx = mean((id) => (known[id]?.x ?? 0) - (all[id]?.x ?? 0));
  const dy = mean((id) => (known[id]?.y ?? 0) - (all[id]?.y ?? 0));
  const added = missing.map((node) => {
    const place = all[node.id] ?? { x: 0, y: 0 };
    return [node.id, { x: Math.round(place.x + dx), y: Math.round(place.y + dy) }] as const;
  });
  return { ...known, ...Object.fromEntries(added) };
}
