/** Light, dark, or as the system has it; kept in this browser. */
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";
const KEY = "tandem.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** What is shown: never "system". */
export function shownTheme(): "light" | "dark" {
  return document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  const dark = theme === "dark" || (theme === "system" && system.matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  for (const listener of listeners) listener();
}

system.addEventListener("change", () => {
  if (chosenTheme() === "system") applyTheme("system");
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What is shown, for what draws on a canvas and must draw again when it changes. */
export function useShownTheme(): "light" | "dark" {
  return useSyncExternalStore(subscribe, shownTheme);
}
export function useChosenTheme(): Theme {
  return useSyncExternalStore(subscribe, chosenTheme);
}
