/** What this browser keeps of a flow: unsaved work, and where its steps stand on the canvas. */
import type { Places } from "../model/layout";
import type { Kept } from "./store";

const draftKey = (flow: string) => `tandem.unsaved.${flow}`;
const placesKey = (flow: string) => `tandem.places.${flow}`;

function stored(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function store(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The browser has no room: what is on the page is still there, and is saved by the server.
  }
}

export function keptDraft(flow: string): Kept | null {
  const found = stored(draftKey(flow)) as Partial<Kept> | null;
  return typeof found?.yaml === "string" && typeof found.etag === "string" ? { yaml: found.yaml, etag: found.etag } : null;
}

export function keepDraft(flow: string, kept: Kept | null): void {
  store(draftKey(flow), kept);
}

export function keptPlaces(flow: string): Places {
  const found = stored(placesKey(flow));
  if (typeof found !== "object" || found === null) return {};
  const sound = Object.entries(found as Record<string, unknown>).filter(([, place]) => {
    const { x, y } = (place ?? {}) as { x?: unknown; y?: unknown };
    return Number.isFinite(x) && Number.isFinite(y);
  });
  return Object.fromEntries(sound) as Places;
}

export function keepPlaces(flow: string, places: Places): void {
  store(placesKey(flow), places);
}
