/** What floats over the canvas: search, zoom, layout, help. */
import { useReactFlow, useStore } from "@xyflow/react";
import { Keyboard, Maximize, Minus, Network, Plus } from "lucide-react";
import type { RefObject } from "react";
import { IconButton } from "@/ui/Button";
import type { Content } from "../model/content";
import { SearchBox } from "./SearchBox";

interface Props {
  content: Content;
  search: RefObject<HTMLInputElement | null>;
  readOnly: boolean;
  onShow: (step: string) => void;
  onLayOut: () => void;
  onHelp: () => void;
}

export function CanvasTools({ content, search, readOnly, onShow, onLayOut, onHelp }: Props) {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <>
      <div className="absolute top-3 left-3 z-10 shadow-xs">
        <SearchBox content={content} box={search} onShow={onShow} />
      </div>
      <div role="toolbar" aria-label="Canvas" className="absolute bottom-3 left-3 z-10 flex items-center rounded-lg border border-line bg-surface shadow-xs">
        <IconButton label="Zoom out" onClick={() => void zoomOut({ duration: 150 })}>
          <Minus className="size-4" aria-hidden />
        </IconButton>
        <span className="tabular w-11 text-center text-xs text-muted">{zoom}%</span>
        <IconButton label="Zoom in" onClick={() => void zoomIn({ duration: 150 })}>
          <Plus className="size-4" aria-hidden />
        </IconButton>
        <IconButton label="Show all (F)" onClick={() => void fitView({ duration: 250, padding: 0.12 })}>
          <Maximize className="size-4" aria-hidden />
        </IconButton>
        {!readOnly && (
          <IconButton
            label="Lay out anew (L)"
            onClick={() => {
              onLayOut();
              requestAnimationFrame(() => void fitView({ duration: 250, padding: 0.12 }));
            }}
          >
            <Network className="size-4" aria-hidden />
          </IconButton>
        )}
        <IconButton label="Keyboard shortcuts (?)" onClick={onHelp}>
          <Keyboard className="size-4" aria-hidden />
        </IconButton>
      </div>
    </>
  );
}
