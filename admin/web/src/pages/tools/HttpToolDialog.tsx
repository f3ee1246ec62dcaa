/** Describing an HTTP tool. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { Modal } from "@/ui/Modal";
import { LoadingRows, Trouble } from "@/ui/Page";
import { toast } from "@/ui/Toasts";
import { DescriptionEditor } from "./DescriptionEditor";
import { httpToolQuery, toolsQuery } from "./queries";

const NEW_ETAG = '"0"';
const EXAMPLE = `name: parcel_status
description: Look up where a parcel is.
reads: true                  # it changes nothing; otherwise: writes: true
says: Let me look up that parcel.
url: https://api.example.com/v1/parcels/{number}
headers: {Authorization: "Bearer {credential:PARCELS}"}
arguments:
  number: {description: as printed on the label, pattern: "^[A-Z]{2}[0-9]{9}$"}
result:                      # field: path in the answer
  status: parcel.state
`;

interface Props {
  /** Of the tool that is there already. */
  name?: string;
  onClose: (saved?: string) => void;
}

export function HttpToolDialog({ name, onClose }: Props) {
  const owns = useMay("owner");
  const client = useQueryClient();
  const there = useQuery({ ...httpToolQuery(name ?? ""), enabled: Boolean(name) });
  const [text, setText] = useState(name ? null : EXAMPLE);
  const [builtOn, setBuiltOn] = useState(NEW_ETAG);
  useEffect(() => {
    if (!there.data || text !== null) return;
    setText(there.data.data.yaml);
    setBuiltOn(there.data.etag);
  }, [there.data, text]);
  const save = useMutation({
    mutationFn: (yaml: string) => {
      const called = name ?? /^name:\s*([a-z0-9_]+)/m.exec(yaml)?.[1];
      if (!called) throw new Error("Give it a name in lower case, like name: parcel_status.");
      return taken(
        api.PUT("/http-tools/{name}", {
          params: { path: { name: called }, header: { "If-Match": builtOn } },
          body: { yaml },
        }),
      );
    },
    onSuccess: (saved) => {
      toast.success(`${saved.name} is saved. Calls use it within seconds.`);
      void client.invalidateQueries({ queryKey: toolsQuery.queryKey });
      onClose(saved.name);
    },
  });
  return (
    <Modal
      open
      wide
      onOpenChange={() => onClose()}
      title={name ? `Description of ${name}` : "A new HTTP tool"}
      about="Credentials stand in headers by name, as {credential:NAME}; which hosts may be asked is TANDEM_HTTP_TOOLS_ALLOW's to say."
    >
      {there.error && <Trouble error={there.error} />}
      {text === null ? (
        !there.error && <LoadingRows />
      ) : (
        <DescriptionEditor
          label="Description in YAML"
          text={text}
          onText={setText}
          error={save.error}
          busy={save.isPending}
          readOnly={!owns}
          onSave={() => save.mutate(text)}
          onTheirs={(theirs, etag) => {
            setText(theirs);
            setBuiltOn(etag || NEW_ETAG);
            save.reset();
          }}
        />
      )}
    </Modal>
  );
}
