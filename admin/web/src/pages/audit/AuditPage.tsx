import { PageHead } from "@/ui/Page";

export function AuditPage() {
  return <PageHead title="Audit" />;
}
