import { PageHead } from "@/ui/Page";

export function SettingsPage() {
  return <PageHead title="Settings" />;
}
