/** The flow editor: head, palette, canvas, side panel. */
import { useBlocker } from "@tanstack/react-router";
import { useReactFlow } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/Button";
import { Modal } from "@/ui/Modal";
import { toast } from "@/ui/Toasts";
import { Canvas } from "../canvas/Canvas";
import { CanvasTools } from "../canvas/CanvasTools";
import { KindMenu, Palette } from "../canvas/Palette";
import { ConflictDialog } from "../draft/ConflictDialog";
import { useDraftStore } from "../draft/useDraftStore";
import { type Path, textAt } from "../model/content";
import type { Place } from "../model/layout";
import { countByStep, errorsAmong, type ProblemAt, problemsAt } from "../model/problems";
import { codesOf } from "../model/texts";
import { read } from "../model/yaml";
import { type Editing, EditingContext } from "../panel/editing";
import { SourceView } from "../SourceView";
import { GrowDialog } from "./GrowDialog";
import { Head } from "./Head";
import { type PanelTab, SidePanel } from "./SidePanel";
import { Shortcuts } from "./Shortcuts";
import { useEditor } from "./useEditor";
import { useFindings } from "./useFindings";
import { useKeys } from "./useKeys";

interface Props {
  draft: Schemas["Draft"];
  etag: string;
  readOnly: boolean;
}

export function Editor({ draft, etag, readOnly }: Props) {
  const [store, snapshot] = useDraftStore(draft, etag, readOnly);
  const editor = useEditor(store, snapshot);
  const { content, graph, places, selected, select, set } = editor;
  const { findings, text: checkedText } = useFindings(store, snapshot, draft.findings, readOnly);
  const { fitView, setCenter, getZoom } = useReactFlow();
  const [tab, setTab] = useState<PanelTab>("step");
  const [asText, setAsText] = useState(false);
  const [helping, setHelping] = useState(false);
  const [focus, setFocus] = useState<Path>([]);
  const [adding, setAdding] = useState<{ screen: Place; place: Place | null; from?: { source: string; port: string } } | null>(null);
  const [growing, setGrowing] = useState<{ node: string; target: string } | null>(null);
  const [here, setHere] = useState("");
  const search = useRef<HTMLInputElement>(null);

  const readable = snapshot.history.present.content !== null;
  const trouble = useMemo(() => (readable ? null : read(snapshot.history.present.text ?? "").trouble), [readable, snapshot.history.present.text]);
  const problems = useMemo(() => problemsAt(findings, checkedText, content), [findings, checkedText, content]);
  const errors = useMemo(() => errorsAmong(problems), [problems]);
  const marks = useMemo(() => ({ wrong: countByStep(errors), here }), [errors, here]);
  const codes = useMemo(() => codesOf(content["languages"]), [content]);

  const show = useCallback(
    (node: string) => {
      const place = places[node];
      if (!place) return;
      select([node]);
      void setCenter(place.x + 124, place.y + 80, { zoom: Math.max(getZoom(), 0.75), duration: 250 });
    },
    [places, select, setCenter, getZoom],
  );
  const walking = useRef(places);
  walking.current = places;
  const beHere = useCallback(
    (step: string) => {
      setHere(step);
      const place = walking.current[step];
      if (place) void setCenter(place.x + 124, place.y + 80, { zoom: Math.max(getZoom(), 0.6), duration: 250 });
    },
    [setCenter, getZoom],
  );
  const choose = useCallback(
    (ids: readonly string[]) => {
      select(ids);
      if (ids.length === 1) setTab((before) => (before === "test" ? before : ids[0]?.startsWith("@") ? "flow" : "step"));
    },
    [select],
  );
  const showProblem = (problem: ProblemAt) => {
    if (problem.step !== null) {
      show(problem.step);
      setTab("step");
    } else {
      setFocus(problem.path);
      setTab("flow");
    }
  };
  const editing: Editing = useMemo(
    () => ({
      content,
      readOnly,
      codes,
      problems,
      change: store.change,
      set,
      select: show,
      begin: editor.begin,
    }),
    [content, readOnly, codes, problems, store, set, show, editor.begin],
  );

  const openAdd = (from?: { source: string; port: string }, screen: Place = { x: innerWidth / 2 - 130, y: innerHeight / 3 }, place: Place | null = null) =>
    setAdding({ screen, place, ...(from ? { from } : {}) });
  const addKind = (kind: string) => {
    if (!adding) return;
    setAdding(null);
    setTab("step");
    if (adding.from?.port === "+") {
      const target = editor.add(kind, adding.place, { source: adding.from.source, port: "+" });
      setGrowing({ node: adding.from.source, target });
    } else editor.add(kind, adding.place, adding.from);
  };

  useKeys({
    undo: store.undo,
    redo: store.redo,
    duplicate: () => !readOnly && editor.duplicate(),
    save: () => void store.flush(),
    all: () => select(graph.nodes.map((node) => node.id)),
    none: () => select([]),
    add: () => !readOnly && openAdd(),
    search: () => search.current?.focus(),
    fit: () => void fitView({ duration: 250, padding: 0.12 }),
    layout: () => !readOnly && editor.layOut(),
    help: () => setHelping(true),
    copy: editor.copy,
    paste: (text) => !readOnly && editor.paste(text),
  });

  const blocker = useBlocker({
    shouldBlockFn: async () => {
      if (readOnly || !store.dirty()) return false;
      const saved = await store.flush();
      return !saved;
    },
    enableBeforeUnload: false,
    withResolver: true,
  });

  return (
    <EditingContext value={editing}>
      <div className="flex h-full min-h-0 flex-col">
        <Head
          name={draft.name}
          title={textAt(content, ["title"]) || draft.name}
          store={store}
          snapshot={snapshot}
          readOnly={readOnly}
          problems={errors.length}
          asText={asText || !readable}
          onAsText={setAsText}
          onTab={setTab}
          onHelp={() => setHelping(true)}
        />
        <div className="flex min-h-0 flex-1">
          {asText || !readable ? (
            <div className="min-w-0 flex-1">
              <SourceView text={store.text()} findings={findings} trouble={trouble} readOnly={readOnly} onChange={(text) => store.write(text)} />
            </div>
          ) : (
            <>
              {!readOnly && (
                <Palette
                  onAdd={(kind) => {
                    const name = editor.add(kind, null);
                    setTab("step");
                    requestAnimationFrame(() => void fitView({ nodes: [{ id: name }], duration: 250, maxZoom: Math.max(getZoom(), 0.6) }));
                  }}
                />
              )}
              <div className="relative min-w-0 flex-1">
                <Canvas
                  graph={graph}
                  places={places}
                  marks={marks}
                  selected={selected}
                  readOnly={readOnly}
                  onSelect={choose}
                  onMove={store.move}
                  onConnect={(source, port, target) => (port === "+" ? setGrowing({ node: source, target }) : editor.connect(source, port, target))}
                  onConnectToNothing={(source, port, place, screen) => openAdd({ source, port }, screen, place)}
                  onDisconnect={(source, port) => editor.connect(source, port, undefined)}
                  onRemove={editor.remove}
                  onDropKind={(kind, place) => {
                    editor.add(kind, place);
                    setTab("step");
                  }}
                />
                <CanvasTools content={content} search={search} readOnly={readOnly} onShow={show} onLayOut={editor.layOut} onHelp={() => setHelping(true)} />
              </div>
            </>
          )}
          {readable && (
            <SidePanel
              tab={tab}
              onTab={setTab}
              selected={selected}
              focus={focus}
              problems={problems}
              draft={draft}
              store={store}
              onProblem={showProblem}
              onSelect={show}
              onDuplicate={() => editor.duplicate()}
              onRemove={() => editor.remove(selected)}
              onHere={beHere}
            />
          )}
        </div>
      </div>
      {adding && <KindMenu at={adding.screen} onChoose={addKind} onClose={() => setAdding(null)} />}
      {growing && (
        <GrowDialog
          content={content}
          node={growing.node}
          target={growing.target}
          onClose={() => setGrowing(null)}
          onGrow={(make) => {
            store.change(make);
            setGrowing(null);
          }}
        />
      )}
      <Shortcuts open={helping} onOpenChange={setHelping} />
      {snapshot.conflict && (
        <ConflictDialog
          name={draft.name}
          theirs={snapshot.conflict}
          store={store}
          onCopied={(copy) => toast.success(`Your version is kept as '${copy}'.`)}
        />
      )}
      <Modal
        open={blocker.status === "blocked"}
        onOpenChange={(open) => !open && blocker.reset?.()}
        title="Your last changes are not saved"
        about={`${snapshot.trouble || "They could not be saved."} They stay in this browser and are there when you open the flow again.`}
      >
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={() => blocker.proceed?.()}>
            Leave
          </Button>
          <Button variant="primary" onClick={() => blocker.reset?.()}>
            Stay
          </Button>
        </div>
      </Modal>
    </EditingContext>
  );
}
