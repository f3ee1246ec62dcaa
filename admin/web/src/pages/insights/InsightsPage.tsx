import { PageHead } from "@/ui/Page";

export function InsightsPage() {
  return <PageHead title="Insights" />;
}
