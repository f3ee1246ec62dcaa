import { PageHead } from "@/ui/Page";

export function FlowsPage() {
  return <PageHead title="Flows" />;
}
