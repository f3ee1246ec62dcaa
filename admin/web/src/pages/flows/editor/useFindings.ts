/** What is wrong with the present text, asked for a moment after it changed. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, taken } from "@/api/client";
import type { Snapshot, DraftStore } from "../draft/store";
import type { Finding } from "../queries";

const WAIT_MS = 600;

export function useFindings(store: DraftStore, snapshot: Snapshot, first: readonly Finding[], readOnly: boolean): { findings: readonly Finding[]; text: string } {
  const { present } = snapshot.history;
  const [text, setText] = useState(() => store.text());
  useEffect(() => {
    const timer = setTimeout(() => setText(store.text()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [store, present.content, present.text]);
  const { data } = useQuery({
    queryKey: ["flows", "findings", text],
    queryFn: async ({ signal }) => ({ ...(await taken(api.POST("/flows/validate", { body: { yaml: text }, signal }))), text }),
    enabled: !readOnly,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 10_000,
    retry: false,
  });
  return readOnly || !data ? { findings: first, text } : data;
}
