/** Play, where it is, how fast, and how near one looks. */
import { Pause, Play, RotateCcw, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "@/ui/Button";
import { type Player, RATES, usePlaying } from "./player";
import { clock } from "./scale";
import type { SightOfTape } from "./useSight";

interface Props {
  player: Player | null;
  durationMs: number;
  sight: SightOfTape;
  /** Why nothing can be played. */
  without: string | null;
}

export function Toolbar({ player, durationMs, sight, without }: Props) {
  const playing = usePlaying(player);
  const time = useRef<HTMLSpanElement>(null);
  const [rate, setRate] = useState(1);
  useEffect(
    () =>
      player?.follow((ms) => {
        if (time.current) time.current.textContent = clock(ms, true);
      }),
    [player],
  );
  const faster = () => {
    const next = RATES[((RATES as readonly number[]).indexOf(rate) + 1) % RATES.length] ?? 1;
    setRate(next);
    if (player) player.audio.playbackRate = next;
  };
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <Button variant="primary" disabled={!player} onClick={() => player?.toggle()} aria-keyshortcuts="Space" className="w-22">
        {playing ? <Pause className="size-4" aria-hidden /> : <Play className="size-4" aria-hidden />}
        {playing ? "Pause" : "Play"}
      </Button>
      <IconButton label="Back to the beginning" disabled={!player} onClick={() => player?.seek(0)}>
        <RotateCcw className="size-4" aria-hidden />
      </IconButton>
      <span className="tabular text-[13px]">
        <span ref={time}>0:00.0</span> <span className="text-faint">of {clock(durationMs)}</span>
      </span>
      <Button variant="quiet" size="small" disabled={!player} onClick={faster} aria-label={`Speed ${rate}×, change`} className="tabular w-14">
        {rate}×
      </Button>
      {without && <span className="text-[13px] text-muted">{without}</span>}
      <span className="flex-1" />
      <Legend />
      <span className="flex items-center">
        <IconButton label="Zoom out (−)" onClick={() => sight.zoomTo(sight.pxPerS / 1.5)}>
          <ZoomOut className="size-4" aria-hidden />
        </IconButton>
        <IconButton label="Zoom in (+)" onClick={() => sight.zoomTo(sight.pxPerS * 1.5)}>
          <ZoomIn className="size-4" aria-hidden />
        </IconButton>
        <Button variant="quiet" size="small" onClick={sight.fit} title="See the whole call (0)">
          Whole call
        </Button>
      </span>
    </div>
  );
}

function Legend() {
  return (
    <ul className="hidden items-center gap-3 text-xs text-faint xl:flex">
      <li className="flex items-center gap-1.5">
        <span className="h-1.5 w-4 rounded-full bg-good" /> response at the ear
      </li>
      <li className="flex items-center gap-1.5">
        <span className="size-3 rounded-sm bg-warn-soft ring-1 ring-warn/40" /> both speak
      </li>
      <li>
        <s className="decoration-bad">word</s> not heard
      </li>
    </ul>
  );
}
