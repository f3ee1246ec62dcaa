/** Settings: the rules that hold for every call, what this installation is set to, one's own account. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, takenWithTag } from "@/api/client";
import { LoadingRows, PageBody, PageHead, Trouble } from "@/ui/Page";
import { InstallationCard } from "./InstallationCard";
import { PasswordCard } from "./PasswordCard";
import { RulesForm } from "./RulesForm";

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: () => takenWithTag(api.GET("/settings")),
});

export function SettingsPage() {
  const settings = useQuery(settingsQuery);
  return (
    <>
      <PageHead title="Settings" about="What holds for every call, and how this installation is set up." />
      <PageBody>
        <div className="mx-auto flex max-w-3xl flex-col gap-6">
          {settings.isPending && <LoadingRows />}
          {settings.error && <Trouble error={settings.error} retry={() => void settings.refetch()} />}
          {settings.data && (
            <>
              <RulesForm key={settings.data.etag} rules={settings.data.data.rules} etag={settings.data.etag} />
              <InstallationCard installation={settings.data.data.installation} />
            </>
          )}
          <PasswordCard />
        </div>
      </PageBody>
    </>
  );
}
