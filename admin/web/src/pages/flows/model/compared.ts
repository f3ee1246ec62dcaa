/** Two states of a flow as one graph: every step and way either has, and what became of it. Pure. */
import { same, type Content } from "./content";
import { type Differences, differences } from "./diff";
import { type Graph, type GraphEdge, type GraphNode, graphOf, type Port, portId } from "./graph";

export type Change = "added" | "removed" | "changed" | "same";

export interface Compared {
  /** Steps and ways of both. A step in both is as it is after, with its lost ways out below the others. */
  graph: Graph;
  /** By step, and by "@start" and the like. */
  steps: ReadonlyMap<string, Change>;
  /** By the id of a way: it leads elsewhere now, or nowhere did before. */
  ways: ReadonlyMap<string, Exclude<Change, "changed">>;
  /** By step and port, where a way out is new, lost or leads elsewhere: "greet answers.yes". */
  ports: ReadonlyMap<string, Exclude<Change, "same">>;
  differences: Differences;
}

export function compared(before: Content, after: Content): Compared {
  const [old, now] = [graphOf(before), graphOf(after)];
  const found = differences(before, after);
  const ports = new Map<string, Exclude<Change, "same">>();
  const nodes = [...now.nodes.map((node) => withLost(node, nodeNamed(old, node.id), ports)), ...old.nodes.filter((node) => !nodeNamed(now, node.id))];
  const steps = new Map<string, Change>(nodes.map((node) => [node.id, "same"]));
  for (const { step, kind } of found.steps) steps.set(step, kind);
  for (const node of now.nodes) {
    const was = nodeNamed(old, node.id);
    if (node.step === null && was && !same(waysOf(node), waysOf(was))) steps.set(node.id, "changed");
  }
  const { edges, ways } = edgesOf(old.edges, now.edges);
  return { graph: { nodes, edges }, steps, ways, ports, differences: found };
}

function nodeNamed(graph: Graph, id: string): GraphNode | undefined {
  return graph.nodes.find((node) => node.id === id);
}

function waysOf(node: GraphNode): [string, string][] {
  return node.ports.map((port) => [portId(port), port.target]);
}

/** A node with the ways out it had and has no more; notes what became of each. */
function withLost(node: GraphNode, was: GraphNode | undefined, ports: Map<string, Exclude<Change, "same">>): GraphNode {
  if (!was) return node;
  const before = new Map(was.ports.map((port) => [portId(port), port]));
  for (const port of node.ports) {
    const old = before.get(portId(port));
    if (!old) ports.set(key(node, port), "added");
    else if (old.target !== port.target) ports.set(key(node, port), "changed");
  }
  const kept = new Set(node.ports.map(portId));
  const lost = was.ports.filter((port) => !kept.has(portId(port)));
  for (const port of lost) ports.set(key(node, port), "removed");
  return lost.length === 0 ? node : { ...node, ports: [...node.ports, ...lost] };
}

function key(node: GraphNode, port: Port): string {
  return `${node.id} ${portId(port)}`;
}

function edgesOf(old: readonly GraphEdge[], now: readonly GraphEdge[]): Pick<Compared, "ways"> & { edges: GraphEdge[] } {
  const ways = new Map<string, Exclude<Change, "changed">>();
  const before = new Map(old.map((edge) => [edge.id, edge]));
  const after = new Map(now.map((edge) => [edge.id, edge]));
  for (const edge of now) ways.set(edge.id, before.get(edge.id)?.target === edge.target ? "same" : "added");
  const gone = old.filter((edge) => after.get(edge.id)?.target !== edge.target).map((edge) => ({ ...edge, id: `${edge.id} before` }));
  for (const edge of gone) ways.set(edge.id, "removed");
  return { edges: [...now, ...gone], ways };
}

/** How many steps were added, removed and changed; ways in that are no steps count with the whole flow. */
export function countsOf({ differences: { steps } }: Compared): Readonly<Record<Exclude<Change, "same">, number>> {
  const count = (kind: Change) => steps.filter((step) => step.kind === kind).length;
  return { added: count("added"), removed: count("removed"), changed: count("changed") };
}
