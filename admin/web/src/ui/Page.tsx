/** What pages are made of: a head with a title and what one can do, and a body that scrolls. */
import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button";
import { cx } from "./cx";

interface HeadProps {
  title: ReactNode;
  about?: ReactNode;
  children?: ReactNode;
}

export function PageHead({ title, about, children }: HeadProps) {
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-surface px-6 py-2.5">
      <div className="min-w-0 flex-1">
        <h1 className="truncate text-[15px] font-semibold">{title}</h1>
        {about && <p className="truncate text-[13px] text-muted">{about}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}

export function PageBody({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div className={cx("min-h-0 flex-1 overflow-y-auto px-6 py-5", className)} tabIndex={-1}>
      {children}
    </div>
  );
}

export function Card({ children, className, title }: { children: ReactNode; className?: string; title?: ReactNode }) {
  return (
    <section className={cx("rounded-lg border border-line bg-surface", className)}>
      {title && <h2 className="border-b border-line px-4 py-2.5 text-[13.5px] font-semibold">{title}</h2>}
      {children}
    </section>
  );
}

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Nothing here yet: what will be, and how to begin. */
export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-6 py-16 text-center">
      <span className="mb-4 grid size-11 place-items-center rounded-xl bg-accent-soft text-accent-ink">
        <Icon className="size-5" aria-hidden />
      </span>
      <h2 className="text-[15px] font-semibold">{title}</h2>
      {children && <p className="mt-1.5 text-muted">{children}</p>}
      {action && <div className="mt-5">{action}</div>}
    </div>
  );
}

/** What went wrong with a part of a page, and another try. */
export function Trouble({ error, retry }: { error: Error; retry?: () => void }) {
  return (
    <div role="alert" className="flex items-start gap-3 rounded-lg border border-line bg-bad-soft px-4 py-3">
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
      <p className="flex-1">{error.message}</p>
      {retry && (
        <Button size="small" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** A grey place where something is about to be. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx("animate-pulse rounded-md bg-line", className)} />;
}

/** Rows of a list that is being read. */
export function LoadingRows({ rows = 6 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-3 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-5" />
      ))}
    </div>
  );
}
