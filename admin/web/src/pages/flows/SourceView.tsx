/** A flow's YAML as text: to read, to edit, and the way back when it cannot be drawn. */
import { useRef, useState } from "react";
import { cx } from "@/ui/cx";
import type { Finding } from "./queries";

const MOST_CHARACTERS = 1_000_000;

export function SourceView({ text, findings, trouble, readOnly, onChange }: {
  text: string;
  findings: readonly Finding[];
  trouble: { line: number; sentence: string } | null;
  readOnly: boolean;
  onChange: (text: string) => void;
}) {
  const gutter = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const [tooLong, setTooLong] = useState("");
  const lines = text.split("\n").length;
  const wrong = new Map<number, string>();
  for (const { line, sentence } of findings) if (line !== null) wrong.set(line, sentence);
  if (trouble) wrong.set(trouble.line, trouble.sentence);
  const goTo = (line: number) => {
    const area = box.current;
    if (!area) return;
    const from = text.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(from, from + (text.split("\n")[line - 1]?.length ?? 0));
    area.scrollTop = Math.max(0, (line - 6) * 20);
  };
  return (
    <div className="flex h-full flex-col">
      {(trouble || tooLong) && (
        <div role="alert" className="flex items-center gap-3 border-b border-line bg-bad-soft px-4 py-2.5">
          <p className="flex-1">{tooLong || `The canvas cannot draw this: line ${trouble?.line ?? 1}, ${trouble?.sentence ?? ""}`}</p>
          {trouble && (
            <button type="button" className="text-accent-ink underline" onClick={() => goTo(trouble.line)}>
              Show line {trouble.line}
            </button>
          )}
        </div>
      )}
      <div className="flex min-h-0 flex-1 bg-surface font-mono text-[12.5px] leading-5">
        <div ref={gutter} aria-hidden className="w-14 shrink-0 overflow-hidden border-r border-line bg-sunken py-3 text-right text-faint select-none">
          {Array.from({ length: lines }, (_, index) => (
            <div key={index} className={cx("pr-2.5", wrong.has(index + 1) && "bg-bad-soft font-semibold text-bad")} title={wrong.get(index + 1)}>
              {index + 1}
            </div>
          ))}
        </div>
        <textarea
          ref={box}
          aria-label="The flow as YAML"
          value={text}
          readOnly={readOnly}
          spellCheck={false}
          wrap="off"
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
          onChange={(event) => {
            const next = event.target.value;
            setTooLong(next.length > MOST_CHARACTERS ? "A flow has at most a million characters. The paste was left out; the text is as before." : "");
            if (next.length <= MOST_CHARACTERS) onChange(next);
          }}
          className="min-w-0 flex-1 resize-none overflow-auto bg-transparent px-3 py-3 whitespace-pre outline-none"
        />
      </div>
    </div>
  );
}
