import type { ReactNode } from "react";
import { cx } from "./cx";

export type Tone = "plain" | "accent" | "good" | "warn" | "bad" | "caller" | "agent";

const TONES: Record<Tone, string> = {
  plain: "bg-sunken text-muted",
  accent: "bg-accent-soft text-accent-ink",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  caller: "bg-caller-soft text-caller",
  agent: "bg-agent-soft text-agent",
};

interface Props {
  tone?: Tone;
  children: ReactNode;
  className?: string;
  title?: string;
}

/** A word about a thing: its state, its kind. Colour never says it alone. */
export function Badge({ tone = "plain", children, className, title }: Props) {
  return (
    <span
      title={title}
      className={cx(
        "inline-flex h-5 items-center gap-1 rounded-full px-2 text-xs font-medium whitespace-nowrap",
        TONES[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}
