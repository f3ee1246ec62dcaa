import { LoaderCircle } from "lucide-react";
import type { ComponentProps } from "react";
import { cx } from "./cx";

type Variant = "primary" | "plain" | "quiet" | "danger";

const LOOKS: Record<Variant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  plain: "border border-line bg-surface text-ink hover:border-line-strong hover:bg-sunken",
  quiet: "text-muted hover:bg-sunken hover:text-ink",
  danger: "border border-line bg-surface text-bad hover:border-bad hover:bg-bad-soft",
};

interface Props extends ComponentProps<"button"> {
  variant?: Variant;
  size?: "small" | "normal";
  /** Shows that it works, and cannot be pressed meanwhile. */
  busy?: boolean;
}

export function Button({ variant = "plain", size = "normal", busy = false, className, children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={busy || rest.disabled}
      aria-busy={busy || undefined}
      className={cx(
        "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors select-none disabled:cursor-not-allowed disabled:opacity-55",
        size === "small" ? "h-7 px-2.5 text-[12.5px]" : "h-8 px-3 text-[13.5px]",
        LOOKS[variant],
        className,
      )}
    >
      {busy && <LoaderCircle className="size-4 animate-spin" aria-hidden />}
      {children}
    </button>
  );
}

/** A button that is only a picture; `label` is said aloud and shown on hover. */
export function IconButton({ label, className, ...rest }: Props & { label: string }) {
  return <Button variant="quiet" {...rest} aria-label={label} title={label} className={cx("w-8 px-0", className)} />;
}
