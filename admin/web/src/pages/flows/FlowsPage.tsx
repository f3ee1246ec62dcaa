/** All flows: what is published, what waits in drafts, which numbers run what. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Copy, Ellipsis, Plus, Search, Trash2, Workflow } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { api, taken } from "@/api/client";
import { useMay } from "@/app/session";
import { numberNamed } from "@/pages/numbers/queries";
import { Badge } from "@/ui/Badge";
import { Button, IconButton } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { menuBox, menuItem } from "@/ui/Menu";
import { Modal } from "@/ui/Modal";
import { Card, Empty, LoadingRows, PageBody, PageHead, Trouble } from "@/ui/Page";
import { Table, Td, Th } from "@/ui/Table";
import { ago, moment } from "@/ui/time";
import { toast } from "@/ui/Toasts";
import { keepDraft, keepPlaces } from "./draft/keeping";
import { NewFlowDialog } from "./NewFlowDialog";
import { type FlowSummary, flowsQuery } from "./queries";

export function FlowsPage() {
  const flows = useQuery(flowsQuery);
  const manages = useMay("manager");
  const [sought, setSought] = useState("");
  const [beginning, setBeginning] = useState<{ from?: string } | null>(null);
  const [removing, setRemoving] = useState<FlowSummary | null>(null);
  const rows = flows.data?.filter((flow) => `${flow.name} ${flow.title}`.toLowerCase().includes(sought.toLowerCase())) ?? [];
  return (
    <>
      <PageHead title="Flows" about="What happens on a call, step by step.">
        {(flows.data?.length ?? 0) > 5 && (
          <div className="relative">
            <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" aria-hidden />
            <Input type="search" aria-label="Find a flow" placeholder="Find a flow" className="w-56 pl-8" value={sought} onChange={(event) => setSought(event.target.value)} />
          </div>
        )}
        {manages && (
          <Button variant="primary" onClick={() => setBeginning({})}>
            <Plus className="size-4" aria-hidden /> New flow
          </Button>
        )}
      </PageHead>
      <PageBody>
        {flows.error ? (
          <Trouble error={flows.error} retry={() => void flows.refetch()} />
        ) : !flows.data ? (
          <Card>
            <LoadingRows />
          </Card>
        ) : flows.data.length === 0 ? (
          <Empty
            icon={Workflow}
            title="No flows yet"
            action={
              manages && (
                <Button variant="primary" onClick={() => setBeginning({})}>
                  Create the first flow
                </Button>
              )
            }
          >
            A flow says what the agent says, asks, looks up and does. Begin with one that comes with Tandem, or from nothing.
          </Empty>
        ) : rows.length === 0 ? (
          <p className="py-16 text-center text-muted">No flow is called so.</p>
        ) : (
          <Table label="Flows">
            <thead>
              <tr>
                <Th>Flow</Th>
                <Th>Published</Th>
                <Th>Draft</Th>
                <Th>Numbers</Th>
                <Th>Last change</Th>
                <Th>
                  <span className="sr-only">More</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {rows.map((flow) => (
                <FlowRow key={flow.name} flow={flow} manages={manages} onRemove={() => setRemoving(flow)} onCopy={() => setBeginning({ from: flow.name })} />
              ))}
            </tbody>
          </Table>
        )}
      </PageBody>
      {beginning && <NewFlowDialog {...beginning} onClose={() => setBeginning(null)} />}
      {removing && <RemoveDialog flow={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}

function FlowRow({ flow, manages, onRemove, onCopy }: { flow: FlowSummary; manages: boolean; onRemove: () => void; onCopy: () => void }) {
  const navigate = useNavigate();
  return (
    <tr className="cursor-pointer hover:bg-sunken/60" onClick={() => void navigate({ to: "/flows/$name", params: { name: flow.name } })}>
      <Td className="max-w-96 py-2">
        <Link to="/flows/$name" params={{ name: flow.name }} className="block truncate font-medium" onClick={(event) => event.stopPropagation()}>
          {flow.title}
        </Link>
        <span className="block truncate font-mono text-xs text-faint">{flow.name}</span>
      </Td>
      <Td className="whitespace-nowrap">
        {flow.published === null ? (
          <span className="text-faint">Not yet</span>
        ) : (
          <>
            <span className="font-medium">Version {flow.published}</span>
            <span className="ml-2 text-xs text-faint">{flow.published_at && ago(flow.published_at)}</span>
          </>
        )}
      </Td>
      <Td>
        {flow.published === null ? <Badge tone="accent">Draft</Badge> : flow.has_changes ? <Badge tone="warn">Has changes</Badge> : <Badge tone="good">As published</Badge>}
      </Td>
      <Td className="tabular whitespace-nowrap">
        {flow.numbers.length === 0 ? (
          <span className="text-faint">None</span>
        ) : (
          <span title={flow.numbers.map(numberNamed).join(", ")}>
            {numberNamed(flow.numbers[0] ?? "")}
            {flow.numbers.length > 1 && <span className="text-faint"> +{flow.numbers.length - 1}</span>}
          </span>
        )}
      </Td>
      <Td className="whitespace-nowrap text-muted" title={moment(flow.draft_saved_at)}>
        {ago(flow.draft_saved_at)}
      </Td>
      <Td className="w-10 pr-2 pl-0" onClick={(event) => event.stopPropagation()}>
        {manages && (
          <DropdownMenu.Root>
            <DropdownMenu.Trigger asChild>
              <IconButton label={`More for ${flow.title}`}>
                <Ellipsis className="size-4" aria-hidden />
              </IconButton>
            </DropdownMenu.Trigger>
            <DropdownMenu.Portal>
              <DropdownMenu.Content align="end" className={menuBox}>
                <DropdownMenu.Item className={menuItem} onSelect={onCopy}>
                  <Copy className="size-4" aria-hidden /> Begin another from it
                </DropdownMenu.Item>
                <DropdownMenu.Item className={menuItem} disabled={flow.published !== null} onSelect={onRemove}>
                  <Trash2 className="size-4" aria-hidden /> {flow.published === null ? "Remove" : "Remove (it has been published)"}
                </DropdownMenu.Item>
              </DropdownMenu.Content>
            </DropdownMenu.Portal>
          </DropdownMenu.Root>
        )}
      </Td>
    </tr>
  );
}

function RemoveDialog({ flow, onClose }: { flow: FlowSummary; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => taken(api.DELETE("/flows/{name}", { params: { path: { name: flow.name } } })),
    onSuccess: () => {
      keepDraft(flow.name, null);
      keepPlaces(flow.name, {});
      toast.success(`'${flow.title}' is removed.`);
      void client.invalidateQueries({ queryKey: ["flows"] });
      onClose();
    },
  });
  return (
    <Modal open onOpenChange={(open) => !open && onClose()} title={`Remove “${flow.title}”?`} about="Its draft is gone then. It was never published, so no call ever ran it.">
      {remove.error && <Trouble error={remove.error} />}
      <div className="mt-2 flex justify-end gap-2">
        <Button variant="quiet" onClick={onClose}>
          Keep it
        </Button>
        <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove it
        </Button>
      </div>
    </Modal>
  );
}
