/** One flow: its draft on a canvas. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { useMay } from "@/app/session";
import { LoadingRows, PageHead, Trouble } from "@/ui/Page";
import { Editor } from "./editor/Editor";
import { draftQuery } from "./queries";

export function FlowPage() {
  const { name } = useParams({ from: "/inside/flows/$name" });
  const manages = useMay("manager");
  const draft = useQuery(draftQuery(name));
  if (draft.data) {
    return (
      <ReactFlowProvider key={name}>
        <Editor draft={draft.data.data} etag={draft.data.etag || `"${draft.data.data.revision}"`} readOnly={!manages} />
      </ReactFlowProvider>
    );
  }
  return (
    <>
      <PageHead title={name} />
      {draft.error ? (
        <div className="p-6">
          <Trouble error={draft.error} retry={() => void draft.refetch()} />
        </div>
      ) : (
        <LoadingRows />
      )}
    </>
  );
}
