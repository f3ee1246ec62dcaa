import { PageHead } from "@/ui/Page";

export function CallPage() {
  return <PageHead title="Call" />;
}
