/** ⌘K: every place and every flow, by name. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Workflow } from "lucide-react";
import { Dialog } from "radix-ui";
import { api, taken } from "@/api/client";
import { Kbd } from "@/ui/Kbd";
import { PLACES } from "./places";
import { useMay } from "./session";

const item =
  "flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-[13.5px] data-[selected=true]:bg-sunken";
const group = "px-1.5 pb-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function CommandPalette({ open, onOpenChange }: Props) {
  const navigate = useNavigate();
  const manages = useMay("manager");
  const flows = useQuery({
    queryKey: ["flows", "palette"],
    queryFn: () => taken(api.GET("/flows", { params: { query: { limit: 100 } } })),
    enabled: open,
  });
  const go = (to: string) => {
    onOpenChange(false);
    void navigate({ to });
  };
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/30" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[14vh] left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-2xl"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Command loop>
            <Command.Input
              placeholder="Go to a page or a flow…"
              className="h-12 w-full border-b border-line bg-transparent px-4 text-[15px] outline-none"
            />
            <Command.List className="max-h-80 overflow-y-auto pt-1.5">
              <Command.Empty className="px-4 py-6 text-center text-muted">Nothing by that name.</Command.Empty>
              <Command.Group heading="Pages" className={group}>
                {PLACES.flat()
                  .filter((place) => manages || place.least !== "manager")
                  .map(({ to, name, icon: Icon, key }) => (
                    <Command.Item key={to} className={item} onSelect={() => go(to)}>
                      <Icon className="size-4 text-muted" aria-hidden />
                      <span className="flex-1">{name}</span>
                      <Kbd>g</Kbd>
                      <Kbd>{key}</Kbd>
                    </Command.Item>
                  ))}
              </Command.Group>
              {flows.data && flows.data.rows.length > 0 && (
                <Command.Group heading="Flows" className={group}>
                  {flows.data.rows.map((flow) => (
                    <Command.Item
                      key={flow.name}
                      value={`flow ${flow.name}`}
                      className={item}
                      onSelect={() => go(`/flows/${flow.name}`)}
                    >
                      <Workflow className="size-4 text-muted" aria-hidden />
                      {flow.name}
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
