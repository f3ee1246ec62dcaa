/** Stored credentials: names are shown, values go in and never come out. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { Badge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { Modal } from "@/ui/Modal";
import { LoadingRows, Trouble } from "@/ui/Page";
import { toast } from "@/ui/Toasts";
import { credentialsQuery } from "./queries";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function CredentialsDialog({ open, onOpenChange }: Props) {
  const owns = useMay("owner");
  const client = useQueryClient();
  const credentials = useQuery({ ...credentialsQuery, enabled: open });
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const again = () => client.invalidateQueries({ queryKey: credentialsQuery.queryKey });
  const save = useMutation({
    mutationFn: () => taken(api.PUT("/credentials/{name}", { params: { path: { name } }, body: { value } })),
    onSuccess: () => {
      toast.success(`${name} is stored.`);
      setName("");
      setValue("");
      return again();
    },
  });
  const forget = useMutation({
    mutationFn: (each: string) => taken(api.DELETE("/credentials/{name}", { params: { path: { name: each } } })),
    onSuccess: again,
    onError: (error) => toast.error(error.message),
  });
  return (
    <Modal
      open={open}
      onOpenChange={onOpenChange}
      title="Credentials"
      about="Descriptions of tools refer to them by name. Nobody can read a value again."
    >
      {credentials.isPending && open && <LoadingRows rows={2} />}
      {credentials.error && <Trouble error={credentials.error} />}
      <ul className="divide-y divide-line">
        {credentials.data?.map((each) => (
          <li key={each.name} className="flex h-10 items-center gap-2">
            <KeyRound className="size-4 text-faint" aria-hidden />
            <code className="flex-1 truncate">{each.name}</code>
            {each.from_environment ? (
              <Badge>from the environment</Badge>
            ) : (
              owns && (
                <IconButton label={`Forget ${each.name}`} onClick={() => forget.mutate(each.name)}>
                  <Trash2 className="size-4" aria-hidden />
                </IconButton>
              )
            )}
          </li>
        ))}
        {credentials.data?.length === 0 && <li className="py-2 text-muted">None is stored yet.</li>}
      </ul>
      {owns && (
        <form
          className="mt-4 flex flex-col gap-3 border-t border-line pt-4"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <Field label="Name" hint="Capitals, digits and _, like PARCELS.">
            <Input
              required
              pattern="[A-Z][A-Z0-9_]*"
              value={name}
              onChange={(event) => setName(event.target.value.toUpperCase())}
            />
          </Field>
          <Field label="Value" error={save.error?.message}>
            <Input
              required
              type="password"
              autoComplete="off"
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          </Field>
          <div className="flex justify-end">
            <Button type="submit" variant="primary" busy={save.isPending}>
              Store
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
