/** A draft's store for a page: made from what the server has and what this browser kept, closed with the page. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { sessionQuery } from "@/app/session";
import { toast } from "@/ui/Toasts";
import type { Schemas } from "@/api/client";
import { saveDraft } from "../queries";
import { keepDraft, keepPlaces, keptDraft, keptPlaces } from "./keeping";
import { DraftStore, type Snapshot } from "./store";

export function useDraftStore(draft: Schemas["Draft"], etag: string, readOnly: boolean): [DraftStore, Snapshot] {
  const client = useQueryClient();
  const [store] = useState(() => open(draft, etag, readOnly));
  const snapshot = useSyncExternalStore(store.subscribe, store.get);

  useEffect(() => {
    const leaving = (event: BeforeUnloadEvent) => {
      if (!store.dirty()) return;
      store.keepHere();
      event.preventDefault();
    };
    addEventListener("beforeunload", leaving);
    return () => {
      removeEventListener("beforeunload", leaving);
      if (!readOnly) store.keepHere();
    };
  }, [store, readOnly]);

  // Logged in again after the session was over: what waits is saved.
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        const session = event.query.queryKey[0] === sessionQuery.queryKey[0];
        if (session && event.type === "updated" && event.action.type === "success" && store.get().saving === "failed") void store.flush();
      }),
    [client, store],
  );
  return [store, snapshot];
}

function open(draft: Schemas["Draft"], etag: string, readOnly: boolean): DraftStore {
  const { name } = draft;
  const store = new DraftStore(
    draft.yaml,
    etag,
    keptPlaces(name),
    {
      save: (yaml, tag) => saveDraft(name, yaml, tag),
      keep: (kept) => keepDraft(name, kept),
      keepPlaces: (places) => keepPlaces(name, places),
      now: () => performance.now(),
    },
    readOnly,
  );
  const kept = readOnly ? null : keptDraft(name);
  if (kept) {
    const theirs = { yaml: draft.yaml, etag, savedBy: draft.saved_by, savedAt: draft.saved_at };
    const how = store.takeUp(kept, theirs);
    if (how === "same") keepDraft(name, null);
    if (how === "taken up") toast.info("Your changes that were not saved are here again, and are being saved.");
  }
  return store;
}
