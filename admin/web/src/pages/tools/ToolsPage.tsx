/** Tools: what background agents can do here, trying one, and what is described in data. */
import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus, ServerCog, Wrench } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/app/session";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Input } from "@/ui/Field";
import { Empty, LoadingRows, PageHead, Trouble } from "@/ui/Page";
import { CredentialsDialog } from "./CredentialsDialog";
import { HttpToolDialog } from "./HttpToolDialog";
import { McpDialog } from "./McpDialog";
import { type Tool, toolsQuery } from "./queries";
import { ToolPanel } from "./ToolPanel";

type Dialog = "credentials" | "mcp" | "http" | null;

export function ToolsPage() {
  const tools = useQuery(toolsQuery);
  const manages = useMay("manager");
  const owns = useMay("owner");
  const [sought, setSought] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = (open: boolean) => {
    if (!open) setDialog(null);
  };
  const words = sought.trim().toLowerCase();
  const shown = tools.data?.tools.filter((tool) => `${tool.name} ${tool.description}`.toLowerCase().includes(words));
  const tool = tools.data?.tools.find((each) => each.name === chosen) ?? shown?.[0];
  return (
    <>
      <PageHead title="Tools" about="What background agents can look up and change while a call goes on.">
        {manages && (
          <>
            <Button onClick={() => setDialog("credentials")}>
              <KeyRound className="size-4" aria-hidden /> Credentials
            </Button>
            <Button onClick={() => setDialog("mcp")}>
              <ServerCog className="size-4" aria-hidden /> MCP servers
            </Button>
          </>
        )}
        {owns && (
          <Button variant="primary" onClick={() => setDialog("http")}>
            <Plus className="size-4" aria-hidden /> HTTP tool
          </Button>
        )}
      </PageHead>
      <div className="flex min-h-0 flex-1">
        <div className="flex w-72 shrink-0 flex-col border-r border-line bg-surface xl:w-80">
          <div className="border-b border-line p-3">
            <Input
              aria-label="Search tools"
              placeholder="Search tools"
              type="search"
              value={sought}
              onChange={(event) => setSought(event.target.value)}
            />
          </div>
          {tools.isPending && <LoadingRows />}
          {tools.error && (
            <div className="p-3">
              <Trouble error={tools.error} retry={() => void tools.refetch()} />
            </div>
          )}
          <ul className="min-h-0 flex-1 overflow-y-auto p-2" aria-label="Tools">
            {shown?.map((each) => (
              <ToolItem key={each.name} tool={each} here={each === tool} onChoose={() => setChosen(each.name)} />
            ))}
            {shown?.length === 0 && <li className="px-3 py-6 text-center text-muted">No tool says that.</li>}
          </ul>
          {tools.data && tools.data.problems.length > 0 && (
            <div role="alert" className="border-t border-line bg-warn-soft p-3 text-[13px] text-warn">
              <p className="font-medium">Descriptions that cannot be used</p>
              <ul className="mt-1 list-disc pl-4">
                {tools.data.problems.map((problem) => (
                  <li key={problem} className="break-words">
                    {problem}
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
        <div className="min-w-0 flex-1 overflow-y-auto" tabIndex={-1}>
          {tool ? (
            <ToolPanel key={tool.name} tool={tool} />
          ) : (
            tools.data && (
              <Empty icon={Wrench} title="No tool chosen">
                Choose one on the left to see what it takes, and to try it.
              </Empty>
            )
          )}
        </div>
      </div>
      <CredentialsDialog open={dialog === "credentials"} onOpenChange={close} />
      {dialog === "mcp" && <McpDialog onClose={() => setDialog(null)} />}
      {dialog === "http" && (
        <HttpToolDialog
          onClose={(saved) => {
            setDialog(null);
            if (saved) setChosen(saved);
          }}
        />
      )}
    </>
  );
}

function ToolItem({ tool, here, onChoose }: { tool: Tool; here: boolean; onChoose: () => void }) {
  return (
    <li>
      <button
        type="button"
        aria-current={here || undefined}
        onClick={onChoose}
        className={cx("w-full rounded-md px-3 py-2 text-left", here ? "bg-accent-soft" : "hover:bg-sunken")}
      >
        <span className="flex items-center gap-2">
          <span className="truncate font-mono text-[13px] font-medium">{tool.name}</span>
          <Badge tone={tool.reads ? "plain" : "warn"} className="ml-auto">
            {tool.reads ? "reads" : "changes"}
          </Badge>
        </span>
        <span className="mt-0.5 line-clamp-1 text-[13px] text-muted">{tool.description}</span>
      </button>
    </li>
  );
}
