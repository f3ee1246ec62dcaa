/** The MCP servers whose tools are used. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { Modal } from "@/ui/Modal";
import { LoadingRows, Trouble } from "@/ui/Page";
import { toast } from "@/ui/Toasts";
import { DescriptionEditor } from "./DescriptionEditor";
import { mcpQuery, toolsQuery } from "./queries";

const EXAMPLE = `servers:
  parcels:
    url: https://parcels.example.com/mcp
    headers: {Authorization: "Bearer {credential:PARCELS}"}
    reads: [levels]          # every other tool of it asks for consent
`;

export function McpDialog({ onClose }: { onClose: () => void }) {
  const owns = useMay("owner");
  const client = useQueryClient();
  const there = useQuery({ ...mcpQuery, staleTime: 0 });
  const [text, setText] = useState<string | null>(null);
  const [builtOn, setBuiltOn] = useState("");
  useEffect(() => {
    if (!there.data || text !== null || there.isFetching) return;
    setText(there.data.data.yaml || EXAMPLE);
    setBuiltOn(there.data.etag);
  }, [there.data, there.isFetching, text]);
  const save = useMutation({
    mutationFn: (yaml: string) =>
      taken(api.PUT("/mcp-servers", { params: { header: { "If-Match": builtOn } }, body: { yaml } })),
    onSuccess: () => {
      toast.success("Saved. Their tools are at hand within seconds.");
      void client.invalidateQueries({ queryKey: mcpQuery.queryKey });
      void client.invalidateQueries({ queryKey: toolsQuery.queryKey });
      onClose();
    },
  });
  return (
    <Modal
      open
      wide
      onOpenChange={onClose}
      title="MCP servers"
      about="Servers that are a command start a program on Tandem's machine: they are changed there, in mcp.yaml."
    >
      {there.error && <Trouble error={there.error} />}
      {text === null ? (
        !there.error && <LoadingRows />
      ) : (
        <DescriptionEditor
          label="Servers in YAML"
          text={text}
          onText={setText}
          error={save.error}
          busy={save.isPending}
          readOnly={!owns}
          onSave={() => save.mutate(text)}
          onTheirs={(theirs, etag) => {
            setText(theirs);
            setBuiltOn(etag);
            save.reset();
          }}
        />
      )}
    </Modal>
  );
}
