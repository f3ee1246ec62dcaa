import { PageHead } from "@/ui/Page";

export function PhonePage() {
  return <PageHead title="Phone" />;
}
