import { PageHead } from "@/ui/Page";

export function NumbersPage() {
  return <PageHead title="Numbers" />;
}
