/** What became of a step or a way out between two versions: a colour, a sign and a word. */
import { type LucideIcon, Minus, Plus, SquarePen } from "lucide-react";
import { cx } from "@/ui/cx";

interface Look {
  icon: LucideIcon;
  tone: string;
  ink: string;
  word: string;
}

export const CHANGES: Readonly<Record<"added" | "removed" | "changed", Look>> = {
  added: { icon: Plus, tone: "bg-good-soft text-good", ink: "text-good", word: "added" },
  removed: { icon: Minus, tone: "bg-bad-soft text-bad", ink: "text-bad", word: "removed" },
  changed: { icon: SquarePen, tone: "bg-warn-soft text-warn", ink: "text-warn", word: "changed" },
};

export function ChangeSign({ change, className }: { change: keyof typeof CHANGES; className?: string }) {
  const { icon: Icon, tone } = CHANGES[change];
  return (
    <span className={cx("grid shrink-0 place-items-center", tone, className)} aria-hidden>
      <Icon className="size-[70%]" />
    </span>
  );
}
