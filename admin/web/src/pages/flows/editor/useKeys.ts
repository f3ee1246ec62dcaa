/** The editor's keys and its clipboard, while nobody types into a field. */
import { useEffect, useRef } from "react";
import { isTyping } from "@/app/goKeys";

export interface Keys {
  undo: () => void;
  redo: () => void;
  duplicate: () => void;
  save: () => void;
  all: () => void;
  none: () => void;
  add: () => void;
  search: () => void;
  fit: () => void;
  layout: () => void;
  help: () => void;
  /** What goes to the clipboard; empty: nothing of ours. */
  copy: () => string;
  paste: (text: string) => boolean;
}

/** Whether a field holds text, whose own undo and select-all come first; a tick, a slider and a list have none. */
function writes(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range"].includes(target.type);
  return isTyping(target) && !(target instanceof HTMLSelectElement);
}

function inDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=dialog],[role=menu]") !== null;
}

export function useKeys(keys: Keys): void {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const mod = event.metaKey || event.ctrlKey;
      const key = event.key.toLowerCase();
      if (mod && key === "s") {
        event.preventDefault();
        now.current.save();
        return;
      }
      const typing = isTyping(event.target);
      if (mod && !writes(event.target) && !inDialog(event.target)) {
        const act = { z: event.shiftKey ? "redo" : "undo", y: "redo", d: "duplicate", a: "all" }[key] as keyof Keys | undefined;
        if (act === undefined) return;
        event.preventDefault();
        (now.current[act] as () => void)();
        return;
      }
      if (typing || mod || event.altKey || inDialog(event.target)) return;
      const act = { "/": "search", "?": "help", a: "add", f: "fit", l: "layout", escape: "none" }[key] as keyof Keys | undefined;
      if (act === undefined) return;
      event.preventDefault();
      (now.current[act] as () => void)();
    };
    const copy = (event: ClipboardEvent) => {
      if (isTyping(event.target) || getSelection()?.toString()) return;
      const text = now.current.copy();
      if (!text) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
    };
    const paste = (event: ClipboardEvent) => {
      if (isTyping(event.target)) return;
      if (now.current.paste(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
    };
    addEventListener("keydown", press);
    document.addEventListener("copy", copy);
    document.addEventListener("paste", paste);
    return () => {
      removeEventListener("keydown", press);
      document.removeEventListener("copy", copy);
      document.removeEventListener("paste", paste);
    };
  }, []);
}
