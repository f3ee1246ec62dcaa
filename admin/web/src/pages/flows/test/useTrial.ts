/** A call tried by text: all that was done so far is sent each time, and the answer is the whole call. */
import { useCallback, useRef, useState } from "react";
import { api, Refusal, type Schemas, taken } from "@/api/client";
import type { DraftStore } from "../draft/store";

export type Simulation = Schemas["Simulation"];
export type TrialEvent = Simulation["events"][number];

export interface Trial {
  told: Simulation | null;
  busy: boolean;
  error: Error | null;
  /** The draft has changed since the last answer. */
  stale: boolean;
  begin: (language?: string) => void;
  act: (event: TrialEvent) => void;
  again: () => void;
  back: () => void;
}

export function useTrial(store: DraftStore, text: string): Trial {
  const [told, setTold] = useState<Simulation | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [walked, setWalked] = useState("");
  const language = useRef<string | undefined>(undefined);
  const latest = useRef(0);

  const walk = useCallback(
    async (events: readonly TrialEvent[]) => {
      const mine = (latest.current += 1);
      const yaml = store.text();
      setBusy(true);
      try {
        const answer = await taken(
          api.POST("/simulations", {
            body: { flow: { yaml }, events: [...events], ...(language.current ? { language: language.current } : {}) },
          }),
        );
        if (latest.current !== mine) return;
        setTold(answer);
        setWalked(yaml);
        setError(null);
      } catch (problem) {
        if (latest.current === mine) setError(problem instanceof Error ? problem : new Error(String(problem)));
      } finally {
        if (latest.current === mine) setBusy(false);
      }
    },
    [store],
  );

  const events = told?.events ?? [];
  return {
    told,
    busy,
    error,
    stale: told !== null && walked !== text,
    begin: (wanted) => {
      language.current = wanted;
      setTold(null);
      void walk([]);
    },
    act: (event) => void walk([...events, event]),
    again: () => void walk(events),
    back: () => void walk(events.slice(0, events.findLastIndex((event) => event.kind !== "outcome" && event.kind !== "understood"))),
  };
}

/** What keeps a flow from being tried, if the server said so. */
export function findingsIn(error: Error | null): Schemas["Finding"][] {
  const found = error instanceof Refusal ? error.body["findings"] : null;
  return Array.isArray(found) ? (found as Schemas["Finding"][]) : [];
}
