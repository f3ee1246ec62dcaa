/** The tools of this installation, to choose from. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, type Schemas, taken } from "@/api/client";
import { Badge } from "@/ui/Badge";

const toolsQuery = queryOptions({
  queryKey: ["tools"],
  staleTime: 60_000,
  queryFn: () => taken(api.GET("/tools")),
});

type Tool = Schemas["ToolBody"];

export function useToolNames(): string[] {
  const { data } = useQuery(toolsQuery);
  return data?.tools.map((tool) => tool.name) ?? [];
}

export function useTool(name: string): Tool | undefined {
  const { data } = useQuery(toolsQuery);
  return data?.tools.find((tool) => tool.name === name);
}

/** What a tool does, and what it takes before it runs. */
export function ToolAbout({ name }: { name: string }) {
  const tool = useTool(name);
  if (!tool) return null;
  return (
    <div className="-mt-2 text-xs text-muted">
      <p>{tool.description}</p>
      <p className="mt-1.5 flex flex-wrap gap-1.5">
        <Badge tone={tool.reads ? "plain" : "warn"}>{tool.reads ? "only reads" : "changes something"}</Badge>
        {tool.consent && <Badge tone="warn">needs a yes</Badge>}
        {tool.identity && <Badge tone="warn">needs to know who calls</Badge>}
      </p>
    </div>
  );
}
