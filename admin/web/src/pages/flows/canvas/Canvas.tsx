/** The canvas: steps to drag about, connect, copy and remove. It draws what it is given and tells what is done. */
import {
  applyNodeChanges,
  Background,
  type Connection,
  type Edge,
  type EdgeChange,
  type FinalConnectionState,
  MiniMap,
  type NodeChange,
  ReactFlow,
  type ReactFlowInstance,
  useReactFlow,
} from "@xyflow/react";
import { type DragEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isSource, type Graph } from "../model/graph";
import { NODE_WIDTH, type Place, type Places } from "../model/layout";
import "./canvas.css";
import { SourceNode, StepNode } from "./StepNode";
import { edgesOf, type Marks, nodesOf, type StepNode as StepNodeType } from "./view";

export const NODE_TYPES = { step: StepNode, source: SourceNode };
export const DRAGGED_KIND = "application/x-tandem-step";

interface Props {
  graph: Graph;
  places: Places;
  marks: Marks;
  selected: readonly string[];
  readOnly: boolean;
  onSelect: (ids: readonly string[]) => void;
  onMove: (places: Places) => void;
  onConnect: (source: string, port: string, target: string) => void;
  /** A line that ended on the bare canvas. */
  onConnectToNothing: (source: string, port: string, place: Place, screen: Place) => void;
  onDisconnect: (source: string, port: string) => void;
  onRemove: (ids: string[]) => void;
  onDropKind: (kind: string, place: Place) => void;
  children?: ReactNode;
}

export function Canvas(props: Props) {
  const { graph, places, marks, selected, readOnly, onSelect, onMove, onConnectToNothing, onDropKind } = props;
  const { onConnect, onDisconnect, onRemove } = props;
  const [nodes, setNodes] = useState<StepNodeType[]>(() => nodesOf(graph, places, marks, []));
  const [chosenEdges, setChosenEdges] = useState<ReadonlySet<string>>(new Set());
  const { screenToFlowPosition } = useReactFlow();

  useEffect(() => setNodes((before) => nodesOf(graph, places, marks, before)), [graph, places, marks]);
  const now = useRef(selected);
  now.current = selected;
  const shown = useMemo(() => {
    const wanted = new Set(selected);
    return nodes.map((node) => (Boolean(node.selected) === wanted.has(node.id) ? node : { ...node, selected: wanted.has(node.id) }));
  }, [nodes, selected]);

  const edges = useMemo(() => {
    const focus = new Set(selected);
    return edgesOf(graph, focus).map((edge) => (chosenEdges.has(edge.id) ? { ...edge, selected: true } : edge));
  }, [graph, selected, chosenEdges]);

  const change = useCallback(
    (changes: NodeChange<StepNodeType>[]) => {
      const chosen = new Set(now.current);
      for (const each of changes) {
        if (each.type === "select" && each.selected) chosen.add(each.id);
        else if (each.type === "select") chosen.delete(each.id);
      }
      if (changes.some((each) => each.type === "select")) {
        now.current = [...chosen];
        onSelect(now.current);
      }
      const others = changes.filter((each) => each.type !== "select" && each.type !== "remove");
      if (others.length > 0) setNodes((before) => applyNodeChanges(others, before));
    },
    [onSelect],
  );
  const changeEdges = useCallback((changes: EdgeChange[]) => {
    setChosenEdges((before) => {
      const chosen = new Set(before);
      for (const each of changes) {
        if (each.type === "select" && each.selected) chosen.add(each.id);
        else if (each.type === "select" || each.type === "remove") chosen.delete(each.id);
      }
      return chosen;
    });
  }, []);
  const connect = useCallback(
    ({ source, sourceHandle, target }: Connection) => {
      if (sourceHandle) onConnect(source, sourceHandle, target);
    },
    [onConnect],
  );
  const connectEnd = useCallback(
    (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      if (state.isValid || !state.fromNode || !state.fromHandle?.id || state.fromHandle.type !== "source") return;
      const point = "changedTouches" in event ? event.changedTouches[0] : event;
      if (!point) return;
      const screen = { x: point.clientX, y: point.clientY };
      const onto = stepAt(screen);
      if (onto !== undefined) {
        if (onto !== state.fromNode.id && !isSource(onto)) onConnect(state.fromNode.id, state.fromHandle.id, onto);
        return;
      }
      onConnectToNothing(state.fromNode.id, state.fromHandle.id, screenToFlowPosition(screen), screen);
    },
    [onConnect, onConnectToNothing, screenToFlowPosition],
  );
  const drop = (event: DragEvent) => {
    const kind = event.dataTransfer.getData(DRAGGED_KIND);
    if (!kind) return;
    event.preventDefault();
    const place = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    onDropKind(kind, { x: place.x - NODE_WIDTH / 2, y: place.y - 20 });
  };

  return (
    <ReactFlow
      className="flow-canvas"
      nodes={shown}
      edges={edges}
      nodeTypes={NODE_TYPES}
      onNodesChange={change}
      onEdgesChange={changeEdges}
      onConnect={connect}
      onConnectEnd={connectEnd}
      onNodeDragStop={(_, __, moved) => onMove({ ...places, ...Object.fromEntries(moved.map((node) => [node.id, rounded(node.position)])) })}
      onDelete={({ nodes: gone, edges: lines }: { nodes: StepNodeType[]; edges: Edge[] }) => {
        if (gone.length > 0) onRemove(gone.map((node) => node.id).filter((id) => !isSource(id)));
        else for (const line of lines) if (line.sourceHandle) onDisconnect(line.source, line.sourceHandle);
      }}
      onDragOver={(event) => {
        if (!readOnly && event.dataTransfer.types.includes(DRAGGED_KIND)) event.preventDefault();
      }}
      onDrop={drop}
      nodesConnectable={!readOnly}
      edgesReconnectable={false}
      deleteKeyCode={readOnly ? null : ["Delete", "Backspace"]}
      multiSelectionKeyCode={["Shift", "Meta", "Control"]}
      selectionKeyCode="Shift"
      onlyRenderVisibleElements
      minZoom={0.1}
      maxZoom={1.75}
      onInit={(flow) => void openAt(flow, places)}
      proOptions={{ hideAttribution: true }}
      elevateNodesOnSelect={false}
      aria-label="Steps of the flow"
    >
      <Background gap={24} size={1} />
      <MiniMap pannable zoomable ariaLabel="The whole flow, small" nodeBorderRadius={4} className="hidden! lg:block!" />
      {props.children}
    </ReactFlow>
  );
}

const LEGIBLE = 0.55;
const MARGIN = 64;

/** All of a small flow; of a large one, its beginning, large enough to read. */
async function openAt(flow: ReactFlowInstance<StepNodeType>, places: Places): Promise<void> {
  await flow.fitView({ padding: 0.12, maxZoom: 1 });
  const start = places["@start"];
  if (flow.getZoom() >= LEGIBLE || !start) return;
  const room = document.querySelector(".flow-canvas")?.clientHeight ?? 0;
  await flow.setViewport({ x: MARGIN - start.x * 0.75, y: room / 3 - start.y * 0.75, zoom: 0.75 });
}

/** What stands at a point of the window: a line may end anywhere on a step, not only at its small way in. */
function stepAt({ x, y }: Place): string | undefined {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>(".react-flow__node")?.dataset["id"];
}

function rounded({ x, y }: Place): Place {
  return { x: Math.round(x), y: Math.round(y) };
}
