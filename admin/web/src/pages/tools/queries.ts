/** What the Tools page reads. */
import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, taken, takenWithTag } from "@/api/client";

export type Tool = Schemas["ToolBody"];

export const toolsQuery = queryOptions({ queryKey: ["tools"], queryFn: () => taken(api.GET("/tools")) });
export const credentialsQuery = queryOptions({
  queryKey: ["credentials"],
  queryFn: () => taken(api.GET("/credentials")),
});
export const mcpQuery = queryOptions({
  queryKey: ["mcp-servers"],
  queryFn: () => takenWithTag(api.GET("/mcp-servers")),
});
export function httpToolQuery(name: string) {
  return queryOptions({
    queryKey: ["http-tool", name],
    queryFn: () => takenWithTag(api.GET("/http-tools/{name}", { params: { path: { name } } })),
    staleTime: 0,
  });
}
