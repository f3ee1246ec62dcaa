/** Keys of the call page: space plays, arrows move, + − 0 zoom. */
import { useEffect } from "react";
import { isTyping } from "@/app/goKeys";
import { heardOf } from "./tape/now";
import type { Player } from "./tape/player";
import type { Timeline } from "./tape/timeline";
import type { SightOfTape } from "./tape/useSight";

const STEP_MS = 5_000;
const ZOOM = 1.5;

export function useCallKeys(timeline: Timeline, player: Player | null, sight: SightOfTape): void {
  useEffect(() => {
    const words = [...heardOf(timeline, "caller"), ...heardOf(timeline, "agent")].sort(
      (one, other) => one.startMs - other.startMs,
    );
    const go = (ms: number) => {
      player?.seek(Math.min(ms, timeline.durationMs));
      sight.show(ms);
    };
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (isTyping(target) || event.metaKey || event.ctrlKey || event.altKey || target.closest("[role=dialog]")) return;
      const ms = player?.ms ?? 0;
      switch (event.key) {
        case " ":
          if (target.closest("button, a")) return;
          player?.toggle();
          break;
        case "ArrowLeft":
          go(event.shiftKey ? (words.findLast((word) => word.startMs < ms - 150)?.startMs ?? 0) : ms - STEP_MS);
          break;
        case "ArrowRight":
          go(event.shiftKey ? (words.find((word) => word.startMs > ms + 1)?.startMs ?? ms) : ms + STEP_MS);
          break;
        case "+":
        case "=":
          sight.zoomTo(sight.pxPerS * ZOOM);
          break;
        case "-":
          sight.zoomTo(sight.pxPerS / ZOOM);
          break;
        case "0":
          sight.fit();
          break;
        default:
          return;
      }
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [timeline, player, sight]);
}
