import { useEffect, useRef } from "react";
import { cx } from "@/ui/cx";
import type { Level } from "./level";

/** A bar as full as a voice is loud. Decoration: what it says is also in the captions. */
export function LevelMeter({ level, tone, className }: { level: Level; tone: "caller" | "agent"; className?: string }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      level.watch((value) => {
        if (bar.current) bar.current.style.transform = `scaleX(${value.toFixed(3)})`;
      }),
    [level],
  );
  return (
    <span aria-hidden className={cx("block h-1.5 overflow-hidden rounded-full bg-line", className)}>
      <span
        ref={bar}
        style={{ transform: "scaleX(0)" }}
        className={cx(
          "block h-full w-full origin-left rounded-full transition-transform duration-75 ease-out",
          tone === "caller" ? "bg-caller" : "bg-agent",
        )}
      />
    </span>
  );
}
