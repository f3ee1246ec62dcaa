/** What one can do with a draft on the canvas. */
import { useCallback, useMemo, useState } from "react";
import { type Content, freeName, kindOf, type Path, put, type Step, stepsOf, type Value } from "../model/content";
import { copiedFrom, copyText } from "../model/clipboard";
import { addStep, connect, graphOf, isSource, paste, removeSteps } from "../model/graph";
import { laidOut, NODE_WIDTH, type Place, placed, type Places, shapeOf } from "../model/layout";
import type { DraftStore, Snapshot } from "../draft/store";

const EMPTY: Content = {};
const NO_PLACES: Places = {};

export function useEditor(store: DraftStore, snapshot: Snapshot) {
  const { content: readable, places: kept } = snapshot.history.present;
  const content = readable ?? EMPTY;
  const [selected, setSelected] = useState<readonly string[]>([]);
  const graph = useMemo(() => graphOf(content), [content]);
  const places = useMemo(() => (readable === null ? NO_PLACES : placed(graph, kept)), [graph, kept, readable]);

  const select = useCallback((ids: readonly string[]) => {
    setSelected((before) => (before.length === ids.length && ids.every((id, index) => before[index] === id) ? before : ids));
  }, []);
  const set = useCallback(
    (path: Path, value: Value | undefined) => store.change((before) => put(before, path, value), path.join(".")),
    [store],
  );

  /** Add a step of a kind; `from`: the way out that shall lead to it. */
  const add = useCallback(
    (kind: string, place: Place | null, from?: { source: string; port: string }): string => {
      const name = freeName(kind, stepsOf(content));
      const source = from?.source ?? selected[0];
      const beside = source !== undefined ? places[source] : undefined;
      const where = place ?? openPlace(places, beside);
      store.change(
        (before) => {
          const added = addStep(before, name, kind, from === undefined ? source : undefined);
          return from ? connect(added, from.source, from.port, name) : added;
        },
        "",
        () => ({ ...places, [name]: where }),
      );
      setSelected([name]);
      return name;
    },
    [store, content, places, selected],
  );

  /** Add a step that something else will name. */
  const begin = useCallback(
    (kind: string): string => {
      const name = freeName(kind, stepsOf(content));
      const beside = selected[0] !== undefined ? places[selected[0]] : undefined;
      store.change((before) => addStep(before, name, kind), "", () => ({ ...places, [name]: openPlace(places, beside) }));
      return name;
    },
    [store, content, places, selected],
  );

  const remove = useCallback(
    (ids: readonly string[]) => {
      const names = new Set(ids.filter((id) => !isSource(id)));
      if (names.size === 0) return;
      store.change((before) => removeSteps(before, names));
      setSelected([]);
    },
    [store],
  );

  const putIn = useCallback(
    (text: string, offset: Place): boolean => {
      const copied = copiedFrom(text);
      if (copied === null || readable === null) return false;
      const { content: changed, names } = paste(content, copied);
      const originals = Object.keys(copied.steps);
      store.change(
        () => changed,
        "",
        () => ({
          ...places,
          ...Object.fromEntries(
            names.map((name, index) => {
              const old = places[originals[index] ?? ""] ?? { x: index * 40, y: index * 40 };
              return [name, { x: old.x + offset.x, y: old.y + offset.y }];
            }),
          ),
        }),
      );
      setSelected(names);
      return true;
    },
    [store, content, places, readable],
  );

  return {
    content,
    graph,
    places,
    selected,
    select,
    set,
    add,
    begin,
    remove,
    copy: () => copyText(content, selected),
    paste: (text: string) => putIn(text, { x: 48, y: 48 }),
    duplicate: () => putIn(copyText(content, selected), { x: 48, y: 48 }),
    connect: useCallback((source: string, port: string, target: string | undefined) => store.change((before) => connect(before, source, port, target)), [store]),
    layOut: useCallback(() => store.move(laidOut(graph)), [store, graph]),
    stepOf: (name: string): Step | undefined => stepsOf(content)[name],
    kindOf: (name: string) => kindOf(stepsOf(content)[name]),
  };
}

/** Right of a step, below whatever stands there already. */
function openPlace(places: Places, beside: Place | undefined): Place {
  const x = beside ? beside.x + NODE_WIDTH + 88 : 0;
  let y = beside?.y ?? 0;
  const height = shapeOf({ id: "", step: null, ports: [] }).height + 120;
  const busy = () => Object.values(places).some((place) => Math.abs(place.x - x) < NODE_WIDTH && Math.abs(place.y - y) < height);
  while (busy()) y += height;
  return { x, y };
}
