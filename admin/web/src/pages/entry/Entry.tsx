/** The frame of the pages before the door: one card in the middle. */
import type { ReactNode } from "react";

export function Entry({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  return (
    <main className="grid min-h-full place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <img src="/icon.svg" alt="" className="size-8" />
          <span className="text-lg font-semibold tracking-tight">Tandem</span>
        </div>
        <div className="rounded-xl border border-line bg-surface p-6 shadow-sm">
          <h1 className="text-lg font-semibold">{title}</h1>
          {about && <p className="mt-1 text-muted">{about}</p>}
          <div className="mt-5">{children}</div>
        </div>
      </div>
    </main>
  );
}
