import { type ComponentProps, createContext, type ReactNode, use, useId } from "react";
import { cx } from "./cx";

const About = createContext<{ id: string; described: string | undefined; wrong: boolean } | null>(null);

interface FieldProps {
  label: string;
  children: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  /** Said aloud, not shown. */
  hideLabel?: boolean;
  className?: string;
}

/** A control with its label, a hint, and what is wrong with it. */
export function Field({ label, children, hint, error, hideLabel = false, className }: FieldProps) {
  const id = useId();
  const told = error ?? hint;
  return (
    <div className={cx("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "text-[13px] font-medium"}>
        {label}
      </label>
      <About value={{ id, described: told ? `${id}-told` : undefined, wrong: Boolean(error) }}>{children}</About>
      {told && (
        <p id={`${id}-told`} role={error ? "alert" : undefined} className={cx("text-xs", error ? "text-bad" : "text-faint")}>
          {told}
        </p>
      )}
    </div>
  );
}

const box =
  "w-full rounded-md border border-line-strong bg-surface px-2.5 text-[13.5px] text-ink hover:border-faint disabled:opacity-60 aria-invalid:border-bad";

function useAbout() {
  const about = use(About);
  return about && { id: about.id, "aria-describedby": about.described, "aria-invalid": about.wrong || undefined };
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...useAbout()} {...rest} className={cx(box, "h-8", className)} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={3} {...useAbout()} {...rest} className={cx(box, "resize-y py-1.5 leading-snug", className)} />;
}

export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select {...useAbout()} {...rest} className={cx(box, "h-8 pr-7", className)} />;
}
