import { PageHead } from "@/ui/Page";

export function PeoplePage() {
  return <PageHead title="People" />;
}
