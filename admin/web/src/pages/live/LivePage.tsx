import { PageHead } from "@/ui/Page";

export function LivePage() {
  return <PageHead title="Live" />;
}
