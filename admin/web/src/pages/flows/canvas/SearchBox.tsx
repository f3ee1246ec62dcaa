/** Find a step by its name or by what it says; Enter goes from one to the next. */
import { Search } from "lucide-react";
import { type RefObject, useEffect, useMemo, useState } from "react";
import type { Content } from "../model/content";
import { found } from "./view";

export function SearchBox({ content, box, onShow }: { content: Content; box: RefObject<HTMLInputElement | null>; onShow: (step: string) => void }) {
  const [sought, setSought] = useState("");
  const [place, setPlace] = useState(0);
  const names = useMemo(() => found(content, sought), [content, sought]);
  const first = names[0];
  useEffect(() => {
    setPlace(0);
    if (first !== undefined) onShow(first);
  }, [first]);
  const go = (by: number) => {
    if (names.length === 0) return;
    const next = (place + by + names.length) % names.length;
    setPlace(next);
    onShow(names[next] as string);
  };
  return (
    <div className="flex h-8 w-56 items-center gap-1.5 rounded-md border border-line bg-surface px-2 focus-within:border-accent">
      <Search className="size-3.5 shrink-0 text-faint" aria-hidden />
      <input
        ref={box}
        type="search"
        aria-label="Find a step"
        placeholder="Find a step  /"
        value={sought}
        className="min-w-0 flex-1 bg-transparent text-[13px] outline-none"
        onChange={(event) => setSought(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
          if (event.key === "Escape") {
            setSought("");
            event.currentTarget.blur();
          }
        }}
      />
      {sought && (
        <span className="tabular shrink-0 text-xs text-faint" aria-live="polite">
          {names.length === 0 ? "none" : `${place + 1}/${names.length}`}
        </span>
      )}
    </div>
  );
}
