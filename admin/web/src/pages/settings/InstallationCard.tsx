/** What the environment says, shown so that one need not log in to the machine to know. */
import type { Schemas } from "@/api/client";
import { Card } from "@/ui/Page";

export function InstallationCard({ installation: it }: { installation: Schemas["Installation"] }) {
  const facts: [string, string, string][] = [
    ["Version", it.version, ""],
    ["Address", it.public_url, "TANDEM_PUBLIC_URL"],
    [
      "Telephone",
      it.twilio ? "Twilio, with signatures" : "development: calls from this machine only",
      "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN",
    ],
    ["Database", it.database, "DATABASE_URL"],
    ["Redis", it.redis === "private" ? "its own" : "given", "REDIS_URL"],
    ["Customer records", it.crm, "TANDEM_CRM"],
    ["Ears", it.ears, "TANDEM_EARS"],
    ["Language model", it.language_model ?? "none", "LLM_MODEL"],
    ["Flow of numbers without one", it.default_flow, "TANDEM_FLOW"],
    ["Calls at once, at most", String(it.most_calls), "TANDEM_MAX_CALLS"],
    ["Longest call", `${it.longest_call_minutes} minutes`, "TANDEM_MAX_CALL_MINUTES"],
    ["Hosts tools may also ask", it.hosts_for_http_tools.join(", ") || "public ones only", "TANDEM_HTTP_TOOLS_ALLOW"],
  ];
  return (
    <Card title="This installation">
      <p className="px-4 pt-3 text-[13px] text-muted">
        Set by environment variables where Tandem runs; a restart makes changes count.
      </p>
      <dl className="grid grid-cols-[minmax(9rem,auto)_1fr] gap-x-6 gap-y-2 p-4 text-[13.5px]">
        {facts.map(([name, value, variable]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">
              {value} {variable && <code className="ml-2 text-xs text-faint">{variable}</code>}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
