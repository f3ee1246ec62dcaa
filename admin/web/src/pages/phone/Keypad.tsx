/** Twelve keys, by hand or by the keyboard's own. */
import { useEffect, useState } from "react";
import { isTyping } from "@/app/goKeys";
import { cx } from "@/ui/cx";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const LETTERS: Record<string, string> = {
  "2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ", "0": "+",
};
const NAMES: Record<string, string> = { "*": "Star", "#": "Hash" };
const MOST_SHOWN = 24;

export function Keypad({ onKey }: { onKey: (key: string) => void }) {
  const [pressed, setPressed] = useState("");
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
      if (!(KEYS as readonly string[]).includes(event.key)) return;
      setPressed((before) => (before + event.key).slice(-MOST_SHOWN));
      onKey(event.key);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [onKey]);
  const press = (key: string) => {
    setPressed((before) => (before + key).slice(-MOST_SHOWN));
    onKey(key);
  };
  return (
    <div role="group" aria-label="Keypad" className="flex flex-col gap-2">
      <output aria-label="Keys pressed" className="tabular h-5 truncate text-center text-[15px] tracking-widest text-muted">
        {pressed || <span className="text-xs tracking-normal text-faint">Your keyboard's digits work too</span>}
      </output>
      <div className="grid grid-cols-3 gap-2">
        {KEYS.map((key) => (
          <button
            key={key}
            type="button"
            aria-label={NAMES[key]}
            onClick={() => press(key)}
            className={cx(
              "flex h-12 flex-col items-center justify-center rounded-lg border border-line bg-surface transition-colors select-none",
              "hover:border-line-strong hover:bg-sunken active:bg-accent-soft",
            )}
          >
            <span className="text-[17px] leading-none font-medium">{key}</span>{" "}
            {LETTERS[key] && <span className="mt-1 text-[9px] leading-none tracking-widest text-faint">{LETTERS[key]}</span>}
          </button>
        ))}
      </div>
    </div>
  );
}
