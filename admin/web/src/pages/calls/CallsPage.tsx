import { PageHead } from "@/ui/Page";

export function CallsPage() {
  return <PageHead title="Calls" />;
}
