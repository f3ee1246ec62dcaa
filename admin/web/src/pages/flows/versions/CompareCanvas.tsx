/** Two versions on one canvas: what is new, gone and changed stands out by colour and sign; the rest steps back. */
import { Background, type Edge, MarkerType, MiniMap, ReactFlow, type ReactFlowInstance, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import "../canvas/canvas.css";
import { NODE_TYPES } from "../canvas/Canvas";
import { edgesOf, nodesOf, type StepNode } from "../canvas/view";
import { type Compared, countsOf } from "../model/compared";
import { laidOut, NODE_WIDTH } from "../model/layout";
import { CHANGES, ChangeSign } from "./changes";

interface Props {
  compared: Compared;
  selected: string | null;
  onSelect: (step: string | null) => void;
}

export function CompareCanvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Drawn {...props} />
    </ReactFlowProvider>
  );
}

const UNMARKED = { wrong: new Map<string, number>(), here: "" };
const LEGIBLE = 0.5;

function Drawn({ compared, selected, onSelect }: Props) {
  const { setCenter, getZoom } = useReactFlow();
  const places = useMemo(() => laidOut(compared.graph), [compared]);
  const marked = useMemo(() => markedNodes(compared, nodesOf(compared.graph, places, UNMARKED, [])), [compared, places]);
  const nodes = useMemo(() => marked.map((node) => (node.id === selected ? { ...node, selected: true } : node)), [marked, selected]);
  const edges = useMemo(() => markedEdges(compared, selected), [compared, selected]);
  useEffect(() => {
    const place = selected === null ? undefined : places[selected];
    if (place) void setCenter(place.x + NODE_WIDTH / 2, place.y + 60, { zoom: Math.max(getZoom(), 0.7), duration: 250 });
  }, [selected, places, setCenter, getZoom]);
  return (
    <ReactFlow
      className="flow-canvas"
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      deleteKeyCode={null}
      onNodesChange={(changes) => {
        const chosen = changes.find((change) => change.type === "select" && change.selected);
        if (chosen?.type === "select") onSelect(chosen.id);
      }}
      onPaneClick={() => onSelect(null)}
      onlyRenderVisibleElements
      minZoom={0.1}
      maxZoom={1.75}
      onInit={(flow) => void openAt(flow, compared)}
      proOptions={{ hideAttribution: true }}
      aria-label="Both versions"
    >
      <Background gap={24} size={1} />
      <MiniMap pannable zoomable ariaLabel="Both versions, small" nodeBorderRadius={4} nodeColor={colourOf} className="hidden! lg:block!" />
      <Legend compared={compared} />
    </ReactFlow>
  );
}

/** All that changed; where that is too much to be read at once, the first of it. */
async function openAt(flow: ReactFlowInstance<StepNode>, { graph, steps }: Compared): Promise<void> {
  const changed = graph.nodes.filter((node) => steps.get(node.id) !== "same");
  const nodes = changed.length > 0 ? changed : graph.nodes;
  await flow.fitView({ padding: 0.12, maxZoom: 1, nodes });
  if (flow.getZoom() < LEGIBLE) await flow.fitView({ padding: 0.3, maxZoom: 0.75, nodes: nodes.slice(0, 1) });
}

function markedNodes({ steps, ports }: Compared, nodes: StepNode[]): StepNode[] {
  return nodes.map((node) => {
    const mark = steps.get(node.id) ?? "same";
    const marked = node.data.ports.map((port) => ({ ...port, change: ports.get(`${node.id} ${port.id}`) }));
    return {
      ...node,
      data: { ...node.data, mark, ports: marked, grows: false },
      ariaLabel: `${node.ariaLabel ?? node.id}${mark === "same" ? "" : `, ${CHANGES[mark].word}`}`,
    };
  });
}

const STROKES = { added: "var(--good)", removed: "var(--bad)" } as const;
const SIGNS = { added: "+", removed: "−" } as const;

/** Ways that would only be noise are drawn for the chosen step alone; the signs beside the ways out tell of the others. */
function markedEdges({ graph, ways }: Compared, selected: string | null): Edge[] {
  return edgesOf(graph, new Set(selected === null ? [] : [selected])).map((edge) => {
    const change = ways.get(edge.id) ?? "same";
    if (change === "same") return edge;
    const stroke = STROKES[change];
    return {
      ...edge,
      className: `flow-edge-${change}`,
      style: { stroke, strokeWidth: 2.25, ...(change === "removed" && { strokeDasharray: "6 5" }) },
      label: SIGNS[change],
      labelStyle: { fill: stroke, fontWeight: 700, fontSize: 16 },
      labelBgStyle: { fill: "var(--surface)", stroke, strokeWidth: 1 },
      labelBgPadding: [6, 1],
      labelBgBorderRadius: 9,
      markerEnd: { type: MarkerType.ArrowClosed, color: stroke, width: 16, height: 16 },
      ariaLabel: `${edge.ariaLabel ?? ""}, ${change}`,
    };
  });
}

function colourOf({ data }: StepNode): string {
  return { added: "var(--good)", removed: "var(--bad)", changed: "var(--warn)" }[String(data.mark)] ?? "var(--line-strong)";
}

function Legend({ compared }: { compared: Compared }) {
  const counts = countsOf(compared);
  return (
    <ul aria-label="What the marks mean" className="absolute top-3 left-3 z-10 flex max-w-[calc(100%-1.5rem)] flex-wrap items-center gap-x-4 gap-y-1 rounded-lg border border-line bg-surface px-3 py-1.5 text-[12.5px] shadow-xs">
      {(["added", "removed", "changed"] as const).map((change) => (
        <li key={change} className="flex items-center gap-1.5">
          <ChangeSign change={change} className="size-4.5 rounded-full" />
          <span>
            {CHANGES[change].word} <span className="tabular text-faint">{counts[change]}</span>
          </span>
        </li>
      ))}
      <li className="text-faint">the rest is the same</li>
    </ul>
  );
}
