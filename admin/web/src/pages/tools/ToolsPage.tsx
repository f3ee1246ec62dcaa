import { PageHead } from "@/ui/Page";

export function ToolsPage() {
  return <PageHead title="Tools" />;
}
